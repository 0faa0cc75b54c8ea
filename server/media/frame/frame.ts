/**
 * What the payload of one RTP packet says of the picture it belongs to, without decoding it. Runs for each packet that
 * comes in: a reader allocates nothing, and hands out the same object every time.
 */
export interface Frame {
  /**
   * The packet holds the first bytes of a picture: of its slices or its header. With spatial layers each layer's part is a
   * picture. Parameter sets and other things that stand before a picture do not start it.
   */
  startsFrame: boolean;
  /** The packet holds the last bytes of a picture. */
  endsFrame: boolean;
  /** A decoder that knows nothing can start with this packet: parameter sets, or the first packet of a key frame. */
  startsKeyFrame: boolean;
  /** The picture is a key frame, as far as this packet shows. Later packets of one need not show it. */
  isKeyFrame: boolean;
  /** The packet holds what a decoder must know before the pictures: H264's SPS, AV1's sequence header, VP8's and VP9's key frame. */
  hasParameters: boolean;
  /** Predicted from a picture that is shown later, thus sent before it. H264 alone: VP8, VP9 and AV1 send in the order of showing. */
  hasBSlice: boolean;
  /** Pixels, of the largest layer that is told of; 0 where the packet does not say. */
  width: number;
  height: number;
  /** -1 where the packet does not say. */
  temporalId: number;
  spatialId: number;
}

/** `marker` is that of the RTP header. Undefined for what is no payload of the codec, or is cut short in its headers. */
export type FrameReader<F extends Frame = Frame> = (payload: Buffer, marker: boolean) => F | undefined;

export const emptyFrame = (): Frame => ({
  startsFrame: false,
  endsFrame: false,
  startsKeyFrame: false,
  isKeyFrame: false,
  hasParameters: false,
  hasBSlice: false,
  width: 0,
  height: 0,
  temporalId: -1,
  spatialId: -1,
});

/** Makes it as good as new for the next packet. */
export function clear(frame: Frame): void {
  frame.startsFrame = false;
  frame.endsFrame = false;
  frame.startsKeyFrame = false;
  frame.isKeyFrame = false;
  frame.hasParameters = false;
  frame.hasBSlice = false;
  frame.width = 0;
  frame.height = 0;
  frame.temporalId = -1;
  frame.spatialId = -1;
}
