// The memory driver against the suite of all drivers.
import { StoreEngine } from './core/engine.ts';
import { MemoryRecords, memoryLog } from './memory.driver.ts';
import { writeSnapshot } from './snapshot.ts';
import { storeConformance } from './store.conformance.ts';

storeConformance('memory', async () => {
  const records = new MemoryRecords();
  return {
    open: async (options) => {
      const store = new StoreEngine<string>(memoryLog(records), { ...options, snapshot: writeSnapshot });
      await store.start();
      return store;
    },
    destroy: async () => undefined,
  };
});
