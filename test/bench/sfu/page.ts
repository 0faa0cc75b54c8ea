/** The page for people. */
import { cellsOf, type Figure, header, isKept } from '../figure.ts';
import { machineText } from '../machine.ts';
import { inARow } from '../operator/words.ts';
import { type Numbers, type Part, type PartName, partNames } from './numbers.ts';

export const page = (numbers: Numbers): string => `# What the SFU costs

What it takes to forward, to let somebody join and to keep them, and what viewers see of it, from \`npm run bench -- --only sfu\`.
All runs on one machine: the server, those who send and receive, and whatever else there is to do, so times are no promise for
another one. What carries over are ratios, of what was measured by turns. Each part says what it was measured on, and how busy
that was: the load is the system's mean of the last minute, before and after.

## Targets
${summary(numbers)}

${partNames.flatMap((name) => section(name, numbers[name])).join('\n\n')}
`;

function summary(numbers: Numbers): string {
  const aimed = partNames.flatMap((name) => numbers[name]?.figures ?? []).filter(({ target }) => target !== undefined);
  const those = (kept: boolean | undefined) => aimed.filter((figure) => isKept(figure) === kept);
  const [missed, undecided] = [those(false), those(undefined)];
  const lacking = partNames.filter((name) => numbers[name] === undefined);
  return [
    `Of ${aimed.length} targets ${those(true).length} are kept.`,
    ...(missed.length === 0 ? [] : [`Missed:\n\n${items(missed)}`]),
    ...(undecided.length === 0 ? [] : [`Too close to tell:\n\n${items(undecided)}`]),
    ...(lacking.length === 0 ? [] : [`Not measured: ${inARow(lacking)}.`]),
  ].join('\n\n');
}

const items = (figures: readonly Figure[]): string =>
  figures
    .map((figure) => {
      const [name, value, , ratio, target] = cellsOf(figure);
      return `- **${name}**: ${value}${ratio && `, ratio ${ratio}`}, for a target of ${target}`;
    })
    .join('\n');

function section(name: PartName, part: Part | undefined): readonly string[] {
  if (part === undefined) return [];
  const { commit, machine, load, figures } = part;
  const on = `${commit === undefined ? '' : `Commit ${commit}, `}${machineText(machine, load)}.`;
  const lines = [header, header.map(() => '---'), ...figures.map(cells)].map((row) => `| ${row.join(' | ')} |`);
  return [`## ${titles[name]}\n${explained[name]}\n\n${on}\n\n${lines.join('\n')}`];
}

const cells = (figure: Figure): readonly string[] =>
  cellsOf(figure).map((cell, column) => (column === 1 && isKept(figure) === false ? `**${cell}**` : cell));

const titles: Readonly<Record<PartName, string>> = {
  forwarding: 'Forwarding',
  features: 'What looking after media adds',
  cores: 'A second core',
  joins: 'Joins',
  memory: 'Memory',
  lossy: 'A bad network',
  attack: 'An attack',
};

const explained: Readonly<Record<PartName, string>> = {
  forwarding: `One publisher, fifty subscribers, packets of 1,200 bytes, AES-GCM. CPU is that of the whole process. Saturated means that there
is always a next packet. werift's own \`RTCRtpSender.sendRtp\` does what it can of the same load; the bare relay is a socket of
Node that copies datagrams, without SRTP. Latency is from handing a packet to the kernel until the kernel has each of its
fifty copies at the subscriber. Each contender is offered the same for five seconds before, so that V8 has compiled it. Processors
are kept awake meanwhile, by a process on each that has it only while nobody else wants it, as one switches sleep off on a machine
of one's own: how long a host takes to wake one up, and how cold the caches are then, is the host's. "Out of sleep" is the same
without that, where a processor falls asleep between two packets: as a pod finds it that has its virtual machine for itself.
Up to commit 98e7930 the clock began before the publisher sealed its packet, and warming up took half a second.`,
  features: `The media core with all that it keeps, counts and reports: headers of VP8 are read, packets tell when they left, and viewers report,
tell when each packet came (TWCC) and ask for one in a hundred again, which comes as RTX. Beside it the core that only forwards.
Packets come to each by turns and evenly, as where forwarding is measured, and on processors that are kept awake, at 1000 a second
or as many as the machine's clients keep up with, for as long as it is measured: what is due by the clock then weighs what it weighs
at that load. Then the same with other processes of the same code. "Ten at once" is measured in bursts, as the packets of a picture
come. Ten packets share one wake-up of the thread, so that forwarding alone costs less, and the same reports add a greater part. Up
to commit 1803573 the target was held against these bursts, and was missed. Viewers report as Chromium does at 1000 packets a
second: TWCC 16 times a second, and a request with a report for each packet lost, each viewer in its own time but along with what
the publisher sends. Chromium tells as often of a slower stream, so that of one with 250 packets a second, TWCC weighs four times as
much for each packet. Up to commit 0dc4d676 six processes shared the turns, so that each forwarded 417 a second.`,
  cores: `How often a saturated media plane can forward a packet: the CPU time that it takes on one processor, and on two that of
its busiest thread. One publisher, two hundred subscribers, who do not read what arrives.`,
  joins: `The CPU of a whole server for a viewer that posts an offer, checks its path and shakes hands, after four thousand others. What those cost meanwhile who are
in already, and the server by itself, is measured in the same run and taken off; before commit 2089747 it was counted in. Latency is that of another room's
media at 50,000 packets a second, while fifty viewers a second come and go, and while nobody does, by turns.`,
  memory: `A whole server before, with, and after a thousand viewers who are connected and are sent nothing. Its garbage is taken away
each time, and RSS read when the server has given back what that left unused, as it does every twenty seconds. What one of them
takes is told beside the lesser of before and after.`,
  lossy: `Chromium sends to Chromium for half a minute, and the network of one of them loses 5 % of datagrams each way, at random, and
delays them by 50 ms ± 50 ms. Frames not decoded did not get through whole, or too late; frames not shown are these, and those that
were decoded and not painted. Both are parts of those that the publisher sent.`,
  attack: `A room of ten viewers, while another process floods the media port with checks, RTP, RTCP and hellos of strangers, with checks
for other people's addresses, and with a viewer's requests for packets and key frames, and the HTTP port with offers of clients that
never come, guessed tokens and nonsense; and while it does not, by turns. Of each of ten kinds 300 datagrams come a second, and of
each of five ten requests. The server has one processor for itself, with all of its threads. Clients and attackers have another one,
and the attackers what the clients leave of it, so that they take none of the server's time but by what they send.`,
};
