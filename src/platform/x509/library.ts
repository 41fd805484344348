// The issuing library, with what it needs loaded before it. Imported lazily: most starts issue nothing.
import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import { cryptoProvider } from '@peculiar/x509';

cryptoProvider.set(webcrypto as never);

export * as x509 from '@peculiar/x509';
