// The door of the NTP room.
export { type NtpClient, type NtpReply, ntpClient } from './client.ts';
export { type FakeServer, fakeNtp } from './ntp.fake.ts';
