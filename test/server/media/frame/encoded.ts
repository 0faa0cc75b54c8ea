import { Av1Packetizer, H264Packetizer, Vp8Packetizer, Vp9Packetizer } from 'werift';
import { hex } from './bit-writer.ts';

type Codec = 'h264' | 'vp8' | 'vp9' | 'av1';

/** A frame as an encoder wrote it: H264 with start codes, AV1 as a temporal unit. */
export interface Encoded {
  readonly codec: Codec;
  readonly what: string;
  readonly width: number;
  readonly height: number;
  readonly isKeyFrame: boolean;
  readonly hasBSlice: boolean;
  readonly data: Buffer;
}

/** Payloads and markers, as werift cuts a frame. */
export function packets({ codec, data, isKeyFrame }: Encoded, maxPayloadSize: number) {
  const make = { h264: H264Packetizer, vp8: Vp8Packetizer, vp9: Vp9Packetizer, av1: Av1Packetizer }[codec];
  const cut = new make({ maxPayloadSize }).packetize(data, 0, { isKeyframe: isKeyFrame });
  return cut.map(({ header, payload }) => ({ payload, marker: header.marker }));
}

/**
 * The first frames of a square that moves over grey, by x264 165, libvpx and SVT-AV1 4.1 as libavcodec 62 calls them. Of long
 * slices and frames the first 60 bytes, without x264's SEI, in which it tells its settings.
 */
export const encoded: readonly Encoded[] = [
  {
    codec: 'h264',
    what: 'x264, Baseline: a key frame',
    width: 640,
    height: 360,
    isKeyFrame: true,
    hasBSlice: false,
    data: hex(`
      000000016742c01eda0280bfe584000003000400000300f23c58ba800000000168ce0fc8000000016588843a2628000896c9
      c9c9c9c9c9c9c9c9c9c9c9c9c9c9c9c9c9c9c9c9c9c9c9c9c9c9c9c9c9c9c9c9c9c9c9c9c9c9d758a000251d5d75d75d75d7`),
  },
  {
    codec: 'h264',
    what: 'x264, Baseline: a delta frame',
    width: 640,
    height: 360,
    isKeyFrame: false,
    hasBSlice: false,
    data: hex(`
      00000001419a207a055020f8107006dd`),
  },
  {
    codec: 'h264',
    what: 'x264, High with B-frames: a key frame',
    width: 1920,
    height: 1080,
    isKeyFrame: true,
    hasBSlice: false,
    data: hex(`
      0000000167640028acd940780227e584000003000400000300f03c60c6580000000168ebe3cb22c0000000016588840033ff
      fef6ecbe0534f901425c44b3176929c0f8aa920201dcd30000030000030000030000030000030065e900e52509509640c07a
      22b531fe`),
  },
  {
    codec: 'h264',
    what: 'x264, High with B-frames: a delta frame',
    width: 1920,
    height: 1080,
    isKeyFrame: false,
    hasBSlice: false,
    data: hex(`
      00000001419a236c42fffe8cb00154f72ecbdd004597fff8fb0b55300db555d07626a7a61000000300000300000300000300
      0003000003000003000003000003`),
  },
  {
    codec: 'h264',
    what: 'x264, High with B-frames: a B-frame that others refer to',
    width: 1920,
    height: 1080,
    isKeyFrame: false,
    hasBSlice: true,
    data: hex(`
      00000001419e4178857f00448210081fa325d800000300000300000300000300000300000300000300000300000300000300
      0003000003000003000003000003`),
  },
  {
    codec: 'h264',
    what: 'x264, High with B-frames: a B-frame',
    width: 1920,
    height: 1080,
    isKeyFrame: false,
    hasBSlice: true,
    data: hex(`
      00000001019e626a427f005ad8f3c970dd8c0000030000030000030000030000030000030000030000030000030000030000
      0300000300000300000300000300`),
  },
  {
    codec: 'h264',
    what: 'x264, High 4:4:4: a key frame',
    width: 322,
    height: 182,
    isKeyFrame: true,
    hasBSlice: false,
    data: hex(`
      0000000167f4000d919681519e3e2e10000003001000000303c0f142aa0000000168ce0f1920000000016588843a24500011
      2de4f2793c9e4f2793c9e4f2793c9e4f2793c9e4f2793c9ebd45000128eebd7af5ebd7af5ebd7af5ebd7af5ebd7af5efd7af
      5ebd`),
  },
  {
    codec: 'h264',
    what: 'x264, Main, interlaced: a key frame',
    width: 720,
    height: 576,
    isKeyFrame: true,
    hasBSlice: false,
    data: hex(`
      00000001674d401ff405a12684000003000400000300f07c58ba800000000168de0fc8000000016588822c3a931400044b64
      c5000112dc983800089b800088d7260e000226e0002235e4c50001137931400044df27279393c9c9e4e4f27279393c9c9e`),
  },
  {
    codec: 'vp8',
    what: 'libvpx, VP8: a key frame',
    width: 642,
    height: 362,
    isKeyFrame: true,
    hasBSlice: false,
    data: hex(`
      f034009d012a82026a010207088585889984880b0200061604f70681649f6bdb9b27387b27387b27387b2284809ee0d02c93
      ed7b7364e70f64e70f64`),
  },
  {
    codec: 'vp8',
    what: 'libvpx, VP8: a delta frame',
    width: 642,
    height: 362,
    isKeyFrame: false,
    hasBSlice: false,
    data: hex(`
      5108000f11fc001800186edff417fa06060bfd03000078d1052e43d5c429be5614df2b0a6f958537cac29be5614df2b0a6f9
      58537cac29be545edb6d`),
  },
  {
    codec: 'vp9',
    what: 'libvpx, VP9: a key frame',
    width: 642,
    height: 362,
    isKeyFrame: true,
    hasBSlice: false,
    data: hex(`
      8249834200281016960638241c184a1000b847f57d1feafbe0dbf7e73c3286df4e6b7c016d17fa54000000004c79e397296a
      7bd78e0bb64b169a29f9`),
  },
  {
    codec: 'vp9',
    what: 'libvpx, VP9: a delta frame',
    width: 642,
    height: 362,
    isKeyFrame: false,
    hasBSlice: false,
    data: hex(`
      860040929c48500100030070ac244b40000000000d7eeebf18abfdd20c44ace28b88591ba32e98`),
  },
  {
    codec: 'vp9',
    what: 'libvpx, VP9 profile 1, 4:4:4: a key frame',
    width: 642,
    height: 362,
    isKeyFrame: true,
    hasBSlice: false,
    data: hex(`
      a249834200050202d2c0c70483830942001747f57d1feafbe0dbf7e73c3286df4e6b7c016d17fa54000000004c79e397296a
      7bd78e0bb64b169a29f9`),
  },
  {
    codec: 'av1',
    what: 'SVT-AV1: a key frame',
    width: 1280,
    height: 720,
    isKeyFrame: true,
    hasBSlice: false,
    data: hex(`
      12000a0b0000002d4cffb3c4af90043237100085a0041020800000d803e994fd9aad695e067a958d882fd5d92e55f6f30ec5
      4e6b71df209683649915680bd72f568a0163b1d566b2`),
  },
  {
    codec: 'av1',
    what: 'SVT-AV1: a delta frame',
    width: 1280,
    height: 720,
    isKeyFrame: false,
    hasBSlice: false,
    data: hex(`
      1200321e300200000000224600000080008000b09ad7d99d3681690c85f708f05d40`),
  },
];
