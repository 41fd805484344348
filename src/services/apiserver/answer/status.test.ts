// Everything that can be thrown, and what clients see of it.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { WorldError, type WorldErrorCode } from '#base';
import type { ApiError } from '#client';
import { objectError, requestError } from './errors.ts';
import { isBug, statusOf } from './status.ts';

const pods = { group: '', resource: 'pods' };
const deployments = { group: 'apps', resource: 'deployments' };

describe('status', () => {
  const worldTable: readonly [WorldErrorCode, number, string][] = [
    ['Unavailable', 503, 'ServiceUnavailable'],
    ['NotFound', 404, 'NotFound'],
    ['Conflict', 409, 'Conflict'],
    ['Denied', 500, 'InternalError'],
    ['Exhausted', 507, 'InsufficientStorage'],
    ['Corrupt', 500, 'InternalError'],
    ['Unsupported', 501, 'NotImplemented'],
    ['Invalid', 400, 'BadRequest'],
    ['Ambiguous', 504, 'Timeout'],
    ['Failed', 500, 'InternalError'],
  ];
  for (const [code, status, reason] of worldTable)
    it(`translates a failing world: ${code}`, () => {
      const shown = statusOf(new WorldError(code, 'why'));
      assert.deepEqual([shown.code, shown.reason, shown.message, shown.status], [status, reason, 'why', 'Failure']);
    });

  const refusals: readonly [string, ApiError, number, string, string][] = [
    ['not found', objectError.notFound(pods, 'a'), 404, 'NotFound', 'pods "a" not found'],
    ['in a group', objectError.notFound(deployments, 'a'), 404, 'NotFound', 'deployments.apps "a" not found'],
    ['taken', objectError.alreadyExists(pods, 'a'), 409, 'AlreadyExists', 'pods "a" already exists'],
    [
      'modified',
      objectError.modified(pods, 'a'),
      409,
      'Conflict',
      'Operation cannot be fulfilled on pods "a": the object has been modified; please apply your changes to the latest version and try again',
    ],
    ['forbidden', objectError.forbidden(pods, '', 'no'), 403, 'Forbidden', 'pods is forbidden: no'],
    ['forbidden by name', objectError.forbidden(pods, 'a', 'no'), 403, 'Forbidden', 'pods "a" is forbidden: no'],
    ['unauthorized', requestError.unauthorized(), 401, 'Unauthorized', 'Unauthorized'],
    ['expired', requestError.expired('old'), 410, 'Expired', 'old'],
    ['too large', requestError.tooLarge(5), 413, 'RequestEntityTooLarge', 'Request entity too large: limit is 5'],
    ['busy', requestError.tooManyRequests('later', 3), 429, 'TooManyRequests', 'later'],
  ];
  for (const [name, error, code, reason, message] of refusals)
    it(`shows a refusal: ${name}`, () => {
      const shown = statusOf(error);
      assert.deepEqual([shown.code, shown.reason, shown.message], [code, reason, message]);
      assert.equal(isBug(error), false);
    });

  it('names what a refusal is about', () => {
    assert.deepEqual(statusOf(objectError.notFound(deployments, 'a')).details, {
      name: 'a',
      group: 'apps',
      kind: 'deployments',
    });
  });

  it('keeps the words of a bug to itself', () => {
    const bug = new TypeError('secret detail');
    assert.equal(isBug(bug), true);
    assert.ok(!JSON.stringify(statusOf(bug)).includes('secret detail'));
  });
});
