// Makes the objects that a site's cluster always has, and makes them again when somebody deletes them. What somebody changed
// in them stays changed: the operator of a site may, for one, choose another default class.
import { ApiError, type Client, resourceOf } from '#client';
import { type Controller, keyOf } from '#reconcile';
import { type DefaultObject, type DefaultsOptions, defaultObjects } from './default-objects.ts';

export function clusterDefaultsController(options: DefaultsOptions & { readonly client: Client }): Controller {
  const { client } = options;
  const wanted = defaultObjects(options).map((entry) => {
    const resource = resourceOf(entry.group, entry.version, entry.resource);
    const { name = '', namespace } = entry.object.metadata ?? {};
    return {
      entry,
      resource,
      key: `${entry.resource}/${keyOf(entry.object)}`,
      cache: client.cache(resource, { fieldSelector: `metadata.name=${name}`, ...(namespace ? { namespace } : {}) }),
    };
  });
  // Namespaces are watched so that the first pass comes, and comes again when kube-system is there.
  const namespaces = client.cache(resourceOf('', 'v1', 'namespaces'));
  const every = wanted.map(({ key }) => key);
  const make = async (entry: DefaultObject, resource: ReturnType<typeof resourceOf>): Promise<void> => {
    try {
      await client.create(resource, entry.object);
    } catch (error) {
      if (!(error instanceof ApiError) || error.reason !== 'AlreadyExists') throw error;
    }
  };
  return {
    name: 'cluster-defaults',
    watches: [
      {
        cache: namespaces,
        keys: ({ type, object }) => (type === 'deleted' ? [] : object.metadata?.name === 'kube-system' ? every : []),
      },
      ...wanted.map(({ cache, key }) => ({ cache, keys: () => [key] })),
    ],
    reconcile: async (key) => {
      const found = wanted.find((w) => w.key === key);
      const { name = '', namespace } = found?.entry.object.metadata ?? {};
      if (found && !found.cache.get({ name, ...(namespace ? { namespace } : {}) }))
        await make(found.entry, found.resource);
    },
  };
}
