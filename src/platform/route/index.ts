// The door of the routing room.
export { type FakeRouting, fakeRouting } from './route.fake.ts';
export { type Routing, systemRouting } from './route.ts';
