// The door of the DNS wire room.
export {
  type DnsAnswer,
  type DnsQuestion,
  type DnsRcode,
  type DnsRecord,
  type DnsServer,
  dnsAsk,
  dnsListen,
} from './dns.ts';
