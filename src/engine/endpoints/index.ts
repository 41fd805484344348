// The door of the endpoints engine.
export {
  type EndpointGroup,
  endpointGroups,
  endpointSubsets,
  isHeadless,
  mirroredGroups,
} from './endpoints.plan.ts';
export { planSlices, type SlicesInput, type SlicesPlan } from './slices.plan.ts';
