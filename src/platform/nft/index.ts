// The door of the nftables room.
export { type FakeNft, fakeNft } from './nft.fake.ts';
export { type Nft, systemNft } from './nft.ts';
