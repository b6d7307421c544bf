// Field controllers and dashboards.
import assert from 'node:assert/strict';

import {Client, deployment, documents} from './node_client.mjs';

const {telemetry} = documents;

/** What dashboards that open now are given: the last of each kind, in the order of the last change. */
const kept = new Map();
const keepKey = ({event, data}) =>
    event.startsWith('irrigation') ? 'irrigation' : event === 'sensor_disconnected' ? `sensor ${data.sensor}` : event;

async function openDashboard(path = '/clients/7') {
  const dashboard = await Client.open(path);
  for (const message of kept.values()) await dashboard.hears(message);
  return dashboard;
}

/** The controller says it and each dashboard hears exactly it. */
async function report(controller, message, ...dashboards) {
  controller.send(message);
  for (const dashboard of dashboards) await dashboard.hears(message);
  kept.delete(`sensor ${message.event}`);  // it is there again
  kept.delete(keepKey(message));
  kept.set(keepKey(message), message);
}

const unknownReading = {event: 'error', data: 'Error in the data sent: unknown event "nothing"'};

async function documentedReadings() {
  const controller = await Client.open('/');
  const one = await openDashboard();
  const two = await openDashboard('/clients/8');
  await report(controller, telemetry.temperature, one, two);
  await report(controller, telemetry.irrigation_started, one, two);
  await report(controller, {...telemetry.irrigation_started, event: 'irrigation_stopped'}, one, two);
  await report(controller, telemetry.sensor_disconnected, one, two);
  await report(controller, {...telemetry.temperature, event: 'humidity'}, one, two);
  await report(controller, {...telemetry.temperature, event: 'soil_moisture'}, one, two);
  await controller.heardNothing(unknownReading);
  for (const client of [controller, one, two]) await client.leave();
}

async function bytesAreForwardedAsTheyCame() {
  const controller = await Client.open('/');
  const dashboard = await openDashboard();
  const text = '{ "data":{"record":1.50,"time":1e3, "é":"\\u00e9"},\t"event":"temperature" }';
  controller.send(text);
  const [data] = await dashboard.is('message');
  assert.deepStrictEqual(JSON.parse(data.toString()), JSON.parse(text));
  assert.match(data.toString(), /"record":1\.50/);
  kept.delete('temperature');
  kept.set('temperature', JSON.parse(text));
  await controller.leave();
  await dashboard.leave();
}

async function lateDashboards() {
  const controller = await Client.open('/');
  const witness = await openDashboard();
  await report(controller, {event: 'temperature', data: {time: 1, record: 20}}, witness);
  await report(controller, {event: 'humidity', data: {time: 2, record: true}}, witness);
  await report(controller, {event: 'temperature', data: {time: 3, record: 21.5}}, witness);
  await report(controller, telemetry.irrigation_started, witness);
  const late = await openDashboard('/clients/late');
  await late.heardNothing(unknownReading);
  await report(controller, {event: 'soil_moisture', data: {time: 4, record: -1}}, witness, late);
  controller.socket.terminate();  // its readings outlive it
  const later = await openDashboard('/clients/later');
  for (const client of [witness, late, later]) await client.leave();
}

async function dashboardsCommand() {
  const dashboard = await openDashboard();
  const command = {event: 'command', data: {cmd: 'irrigation start'}};
  const first = await Client.open('/');
  const second = await Client.open('/');
  dashboard.send(command);
  await first.hears(command);
  await second.hears(command);
  for (const client of [first, second, dashboard]) await client.leave();
}

async function wrongReadings() {
  const controller = await Client.open('/');
  const dashboard = await openDashboard();
  for (const wrong of [
    'this is not JSON', '{"event":"temperature"', '{"data":{"time":1,"record":2}}', '[1,2,3]', '', 'null', '\u0000',
    '{"event":"temperature","data":{"time":1,"record":2},"event":"humidity"}',
    '{"event":"temperature","data":{"time":1,"record":"warm"}}', '{"event":"temperature","data":{"time":1}}',
    '{"event":"pressure","data":{"time":1,"record":2}}', '{"event":7,"data":{}}',
    '{"event":"command","data":{"cmd":"irrigation start"}}',
    '{"event":"temperature","data":{"time":1,"record":2,"__proto__":{"admin":true}}}', '['.repeat(60_000),
  ]) {
    controller.send(wrong);
    const answer = await controller.hear();
    assert.equal(answer.event, 'error', wrong.slice(0, 80));
    assert.match(answer.data, /^Error in the data sent: ./);
  }
  dashboard.send(telemetry.temperature);  // not a dashboard's to say
  assert.match((await dashboard.hear()).data, /not for role dashboard/);
  await report(controller, telemetry.temperature, dashboard);
  await controller.leave();
  await dashboard.leave();
}

async function binaryToJson() {
  const controller = await Client.open('/');
  const dashboard = await openDashboard();
  controller.send(Buffer.from(JSON.stringify(telemetry.temperature)));
  assert.equal((await controller.hear()).event, 'error');
  controller.send(Buffer.from([0xff, 0x00, 0x80]));
  assert.equal((await controller.hear()).event, 'error');
  await dashboard.heardNothing(unknownReading);
  await report(controller, telemetry.temperature, dashboard);
  await controller.leave();
  await dashboard.leave();
}

const padded = (size) => {
  const message = {event: 'temperature', data: {time: 1, record: 2, note: ''}};
  message.data.note = 'x'.repeat(size - JSON.stringify(message).length);
  return message;
};

async function tooBig() {
  const controller = await Client.open('/');
  const dashboard = await openDashboard();
  await report(controller, padded(65_536), dashboard);
  controller.send(padded(65_537));
  assert.match(await controller.isClosed(1009), /65537.*65536/);
  const again = await Client.open('/');  // the others and the next one are not concerned
  await report(again, telemetry.temperature, dashboard);
  await again.leave();
  await dashboard.leave();
}

async function pingsAreAnswered() {
  const controller = await Client.open('/');
  for (const payload of ['', 'a', 'é'.repeat(62)]) {
    controller.socket.ping(payload);
    const [echoed] = await controller.is('pong');
    assert.equal(echoed.toString(), payload);
  }
  await controller.heardNothing(unknownReading);
  await controller.leave();
}

async function foreignPages() {
  const opened = await Client.open('/clients/7', {origin: deployment.url.replace('ws:', 'http:')});
  opened.socket.terminate();
  for (const origin of ['http://evil.example', 'null', 'http://127.0.0.1.evil.example']) {
    const [, response] = await new Client('/clients/7', {origin}).is('unexpected-response');
    assert.equal(response.statusCode, 403);
  }
  const [, response] = await new Client('/nowhere').is('unexpected-response');
  assert.equal(response.statusCode, 404);
}

export default [
  documentedReadings, bytesAreForwardedAsTheyCame, lateDashboards, dashboardsCommand, wrongReadings, binaryToJson,
  tooBig, pingsAreAnswered, foreignPages,
];
