// Users, and the agents of their printers.
import assert from 'node:assert/strict';

import {Client, deployment, documents} from './node_client.mjs';

const {fleet} = documents;

const kUsers = '/api/v1/ws';
const kAgents = '/api/v1/ws/agent';
const authentication = (token) => ({type: 'authentication', data: {token}});
const withData = (message, data) => ({...message, data: {...message.data, ...data}});
const agentOf = (letter) => deployment.agents.find((agent) => agent.claims.name === `Agent ${letter}`);

/** The document's message with "error message" in it stands for any text. */
async function hearsError(client, documented, pattern = /./) {
  const heard = await client.hear();
  assert.match(heard.data.message, pattern);
  assert.deepStrictEqual(withData(heard, {message: documented.data.message}), documented);
}

async function openUser(owner) {
  const user = await Client.open(kUsers);
  await user.ask(authentication(deployment.tokens[owner]), fleet.user_authenticated);
  return user;
}

async function openAgent(agent) {
  const client = await Client.open(kAgents);
  await client.ask(authentication(agent.token), fleet.agent_authenticated);
  return client;
}

const statusOf = (agent, status) => ({
  type: 'agent_status',
  data: {agent_uuid: agent.user, agent_name: agent.claims.name, agent_identifier: agent.claims.name, status},
});

const unknownOrder = (status) => ({type: 'error', data: {status, message: 'unknown event "nothing"'}});

async function documentedFleet() {
  const user = await Client.open(kUsers);
  user.send(fleet.print_job);
  await hearsError(user, fleet.print_job_error, /^Session not authenticated$/);
  user.send(fleet.user_authentication);  // the document's own token: expired, and signed with somebody's secret
  await hearsError(user, fleet.user_refused, /^Invalid token$/);
  await user.ask(authentication(deployment.tokens.demo), fleet.user_authenticated);
  await user.ask(authentication(deployment.tokens.demo), fleet.user_authenticated);
  user.send(fleet.print_job);
  await hearsError(user, fleet.print_job_error, /^Agent not found/);
  user.send(fleet.printer_command);
  await hearsError(user, fleet.printer_command_error, /^Agent not found/);

  const agent = await Client.open(kAgents);
  await agent.ask(authentication(deployment.tokens.demo), fleet.agent_refused);
  await agent.ask(fleet.agent_authentication, fleet.agent_authenticated);
  await user.hearsAtLeast(fleet.agent_online);

  for (const status of [fleet.printer_available, fleet.printer_busy, fleet.printer_unavailable,
                        fleet.printer_available]) {
    agent.send(status);
    await user.hears(status);
  }
  await user.ask(fleet.printer_command, fleet.printer_command_ok);
  await agent.hears(fleet.printer_command);
  for (const type of ['START', 'PAUSE', 'RESUME', 'CANCEL']) {
    const job = withData(fleet.print_job, {type});
    await user.ask(job, fleet.print_job_ok);
    await agent.hears(job);
  }
  user.send(withData(fleet.print_job, {type: 'EXPLODE'}));
  await hearsError(user, fleet.print_job_error, /data\/type/);
  user.send(withData(fleet.printer_command, {command: 'G28\nM112'}));
  await hearsError(user, fleet.printer_command_error);

  await agent.leave();
  const printer = await user.hear();
  assert.equal(printer.type, 'printer_status');
  assert.equal(printer.data.status, 'unavailable');
  await user.hearsAtLeast(fleet.agent_offline);
  await user.leave();
}

async function lateTabs() {
  const own = agentOf('a');
  const witness = await openUser(own.claims.owner);
  const agent = await openAgent(own);
  await witness.hears(statusOf(own, 'online'));
  const available = withData(fleet.printer_available, {agent_uuid: own.user});
  const busy = withData(fleet.printer_busy, {agent_uuid: own.user});
  for (const status of [available, busy]) {
    agent.send(status);
    await witness.hears(status);
  }
  const late = await openUser(own.claims.owner);
  await late.hears(statusOf(own, 'online'));
  await late.hears(busy);
  await late.heardNothing(unknownOrder('ERROR'));
  const stranger = await openUser('owner-b');
  await stranger.heardNothing(unknownOrder('ERROR'));
  agent.socket.terminate();
  for (const tab of [witness, late]) {
    assert.equal((await tab.hear()).data.status, 'unavailable');
    await tab.hears(statusOf(own, 'offline'));
  }
  await stranger.heardNothing(unknownOrder('ERROR'));
  for (const tab of [witness, late, stranger]) await tab.leave();
}

async function abruptLoss() {
  const own = agentOf('c');
  const user = await openUser(own.claims.owner);
  for (let round = 0; round < 5; ++round) {
    const agent = await openAgent(own);
    await user.hears(statusOf(own, 'online'));
    agent.socket.terminate();
    await user.hears(statusOf(own, 'offline'));
  }
  const order = withData(fleet.printer_command, {agent_uuid: own.user});
  user.send(order);
  await hearsError(user, fleet.printer_command_error, /is not connected$/);
  await user.leave();
}

async function replacedAgent() {
  const own = agentOf('d');
  const user = await openUser(own.claims.owner);
  let agent = await openAgent(own);
  await user.hears(statusOf(own, 'online'));
  for (let round = 0; round < 3; ++round) {
    const next = await openAgent(own);
    await agent.isClosed(4409);
    await user.hears(statusOf(own, 'online'));
    agent = next;
  }
  const order = withData(fleet.printer_command, {agent_uuid: own.user});
  await user.ask(order, fleet.printer_command_ok);
  await agent.hears(order);
  agent.socket.terminate();
  await user.hears(statusOf(own, 'offline'));
  await user.leave();
}

async function foreignAgents() {
  const own = agentOf('e');
  const agent = await openAgent(own);
  const user = await openUser('demo-stranger');
  user.send(withData(fleet.print_job, {agent_uuid: own.user}));
  await hearsError(user, fleet.print_job_error, /belongs to another account$/);
  user.send(withData(fleet.printer_command, {agent_uuid: own.user}));
  await hearsError(user, fleet.printer_command_error, /belongs to another account$/);
  await agent.heardNothing(unknownOrder('error'));
  await agent.leave();
  await user.leave();
}

async function wrongOrders() {
  const own = agentOf('f');
  const user = await openUser(own.claims.owner);
  const agent = await openAgent(own);
  await user.hears(statusOf(own, 'online'));
  for (const wrong of ['{"type":"print_job"', '{"data":{}}', '"print_job"', '{"type":"selfdestruct","data":{}}',
                       '{"type":"print_job"}', '{"type":"printer_command","data":[]}', Buffer.from('{}'),
                       {type: 'agent_status', data: {agent_uuid: own.user, status: 'offline'}},
                       {type: 'printer_status', data: {printer_uuid: 'x', status: 'available'}},
                       withData(fleet.printer_command, {agent_uuid: own.user, command: 'M112'})]) {
    user.send(wrong);
    const {data} = await user.hear();
    assert.equal(data.status, 'ERROR');
    assert.match(data.message, /./);
  }
  agent.send(withData(fleet.printer_available, {status: 'melted'}));
  assert.equal((await agent.hear()).data.status, 'error');
  await agent.heardNothing(unknownOrder('error'));
  await user.heardNothing(unknownOrder('ERROR'));
  await agent.leave();
  await user.hears(statusOf(own, 'offline'));
  await user.leave();
}

export default [
  documentedFleet, lateTabs, abruptLoss, replacedAgent, foreignAgents, wrongOrders,
];
