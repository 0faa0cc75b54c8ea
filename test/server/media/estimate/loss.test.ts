import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hearLosses, lossBound } from '#server/media/estimate/loss.ts';

/** A bound that heard of 100 packets each second, at 1 Mbit/s. */
function heard(seconds: number, lostOfHundred: number, of = lossBound(), from = 0, deliveredBps = -1) {
  for (let i = 0; i <= seconds; i++) hearLosses(of, 100, lostOfHundred, 1e6, deliveredBps, 1000 * (from + i));
  return of;
}

test('5 % of loss forbids nothing, however long', () => {
  const of = heard(600, 5);
  assert.equal(of.bps, Number.POSITIVE_INFINITY);
  assert.equal(of.ratio, 0.05);
});

test('above 10 % half of the lost part is taken off, each time', () => {
  const of = heard(1, 20);
  assert.equal(of.bps, 900_000);
  assert.ok(heard(20, 20, of, 1).bps < 200_000);
});

test('between 2 and 10 % the bound is kept for five seconds, then tried', () => {
  const of = heard(5, 20);
  const { bps } = of;
  assert.equal(heard(4, 5, of, 6).bps, bps);
  assert.equal(heard(100, 5, of, 11).bps, Number.POSITIVE_INFINITY);
});

test('it is not taken below 0.85 of what arrives: more was lost than is sent by now', () => {
  assert.equal(heard(1, 60, lossBound(), 0, 950_000).bps, 807_500);
  assert.equal(heard(1, 60, lossBound(), 0, 500_000).bps, 700_000);
  const of = heard(1, 60, lossBound(), 0, 500_000);
  assert.equal(heard(1, 60, of, 1, 5e6).bps, 700_000, 'nor does it rise by losses');
});

test('below 2 % it rises by 8 % a second, until it forbids nothing any more', () => {
  const of = heard(1, 20);
  heard(2, 0, of, 1);
  assert.equal(Math.round(of.bps), Math.round(900_000 * 1.08 ** 2));
  assert.equal(heard(60, 0, of, 5).bps, Number.POSITIVE_INFINITY);
});

test('a few packets are not judged until four seconds are over, and less than twenty never', () => {
  const of = lossBound();
  for (let ms = 0; ms < 4000; ms += 500) hearLosses(of, 5, 1, 1e6, -1, ms);
  assert.equal(of.bps, Number.POSITIVE_INFINITY);
  hearLosses(of, 5, 1, 1e6, -1, 4000);
  assert.equal(of.bps, 900_000);
  const silent = lossBound();
  for (let ms = 0; ms < 20_000; ms += 2000) hearLosses(silent, 1, 1, 1e6, -1, ms);
  assert.equal(silent.bps, Number.POSITIVE_INFINITY);
});

test('heavy loss is judged as soon as it cannot be chance, though not twice within 300 ms', () => {
  const of = lossBound();
  for (let ms = 0; ms < 300; ms += 50) hearLosses(of, 10, 5, 1e6, -1, ms);
  assert.equal(of.bps, Number.POSITIVE_INFINITY);
  hearLosses(of, 10, 5, 1e6, -1, 300);
  assert.equal(of.bps, 750_000);
  hearLosses(of, 100, 50, 1e6, -1, 500);
  assert.equal(of.bps, 750_000);
});
