// Writes docs/operations.md from the operations catalogue.
import fs from 'node:fs';
import path from 'node:path';
import { operationsDocument } from './operations-doc.ts';

fs.writeFileSync(path.join(import.meta.dirname, '../docs/operations.md'), operationsDocument());
