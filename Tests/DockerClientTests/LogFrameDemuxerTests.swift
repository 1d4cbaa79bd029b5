// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import DockerClient
import Testing

@Suite("Frames of a container's log")
struct LogFrameDemuxerTests {
    private static let stream: [UInt8] = [
        0x01, 0x00, 0x00, 0x00,  // standard output
        0x00, 0x00, 0x00, 0x03,  // three bytes
        0x6F, 0x6B, 0x0A,  // ok\n
        0x02, 0x00, 0x00, 0x00,  // standard error
        0x00, 0x00, 0x00, 0x00,  // nothing
        0x02, 0x00, 0x00, 0x00,  // standard error
        0x00, 0x00, 0x00, 0x05,  // five bytes
        0xFF, 0x01, 0x00, 0x62, 0x63,
    ]
    private static let frames = [
        LogFrame(output: .standardOutput, bytes: [0x6F, 0x6B, 0x0A]),
        LogFrame(output: .standardError, bytes: [0xFF, 0x01, 0x00, 0x62, 0x63]),
    ]

    @Test("cutting the stream at any byte gives the same frames", arguments: 0...stream.count)
    func cutAnywhere(cut: Int) throws {
        var demuxer = LogFrameDemuxer(frameLimit: 100)

        var frames = try demuxer.frames(completedBy: Self.stream[..<cut])
        frames += try demuxer.frames(completedBy: Self.stream[cut...])

        #expect(frames == Self.frames)
        #expect(demuxer.isBetweenFrames)
    }

    @Test("a frame above the limit comes in parts of it, however it is cut", arguments: 0...19)
    func largeFrame(cut: Int) throws {
        var demuxer = LogFrameDemuxer(frameLimit: 4)
        let bytes: [UInt8] =
            [1, 0, 0, 0, 0, 0, 0, 11] + Array("hello world".utf8)

        var frames = try demuxer.frames(completedBy: bytes[..<cut])
        frames += try demuxer.frames(completedBy: bytes[cut...])

        #expect(
            frames.map { String(decoding: $0.bytes, as: UTF8.self) } == ["hell", "o wo", "rld"]
        )
    }

    @Test("a length of four gigabytes waits without taking memory for it")
    func hugeLength() throws {
        var demuxer = LogFrameDemuxer(frameLimit: 4)

        let frames = try demuxer.frames(completedBy: [1, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0x61])

        #expect(frames.isEmpty)
        #expect(!demuxer.isBetweenFrames)
    }

    @Test("text where a header should be is an error, not a frame")
    func notFramed() {
        var demuxer = LogFrameDemuxer(frameLimit: 100)

        #expect(throws: LogFrameDemuxer.FormatError.self) {
            try demuxer.frames(completedBy: Array("a terminal's output".utf8))
        }
    }
}
