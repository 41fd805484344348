// The door of the forecast service.
export { forecastGauges } from './forecast.gauges.ts';
export { type KeptForecast, keepForecast } from './keep-forecast.ts';
