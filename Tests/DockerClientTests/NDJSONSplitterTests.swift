// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import DockerClient
import Testing

@Suite("Lines of the event stream")
struct NDJSONSplitterTests {
    private static let stream = [UInt8](
        "{\"a\":1}\n{\"b\":\"x\\ny\"}\r\n\r\n \n\u{00E4}\n".utf8 + [0xFF, 0xFE, 0x0A]
            + "{\"z\":0}".utf8
    )
    private static let lines: [[UInt8]] = [
        [UInt8]("{\"a\":1}".utf8),
        [UInt8]("{\"b\":\"x\\ny\"}".utf8),
        [0xC3, 0xA4],
        [0xFF, 0xFE],
        [UInt8]("{\"z\":0}".utf8),
    ]

    @Test("two events in one chunk are two lines")
    func twoInOneChunk() {
        var splitter = NDJSONSplitter(lineLimit: 100)

        let lines = splitter.lines(completedBy: Self.stream)

        #expect(lines == Array(Self.lines.dropLast()))
        #expect(splitter.finish() == Self.lines.last)
        #expect(splitter.finish() == nil)
    }

    @Test("cutting the stream at any byte gives the same lines", arguments: 0...stream.count)
    func cutAnywhere(cut: Int) {
        var splitter = NDJSONSplitter(lineLimit: 100)

        var lines = splitter.lines(completedBy: Self.stream[..<cut])
        lines += splitter.lines(completedBy: Self.stream[cut...])
        if let rest = splitter.finish() { lines.append(rest) }

        #expect(lines == Self.lines)
        #expect(splitter.droppedLines == 0)
    }

    @Test("one byte at a time gives the same lines")
    func byteByByte() {
        var splitter = NDJSONSplitter(lineLimit: 100)

        var lines = Self.stream.flatMap { splitter.lines(completedBy: [$0]) }
        if let rest = splitter.finish() { lines.append(rest) }

        #expect(lines == Self.lines)
    }

    @Test("a line above the limit is dropped and counted, however it is cut", arguments: 0...22)
    func tooLong(cut: Int) {
        var splitter = NDJSONSplitter(lineLimit: 8)
        let bytes = [UInt8]("12345678\n123456789\r\n12\n".utf8)

        var lines = splitter.lines(completedBy: bytes[..<cut])
        lines += splitter.lines(completedBy: bytes[cut...])

        #expect(lines == [[UInt8]("12345678".utf8), [UInt8]("12".utf8)])
        #expect(splitter.droppedLines == 1)
    }

    @Test("a line of exactly the limit is kept with a carriage return after it")
    func limitWithCarriageReturn() {
        var splitter = NDJSONSplitter(lineLimit: 4)

        let lines = splitter.lines(completedBy: [UInt8]("1234\r\n12345\n".utf8))

        #expect(lines == [[UInt8]("1234".utf8)])
        #expect(splitter.droppedLines == 1)
    }

    @Test("an endless line ends the stream as dropped")
    func endlessLine() {
        var splitter = NDJSONSplitter(lineLimit: 16)

        for _ in 0..<100 { _ = splitter.lines(completedBy: [UInt8](repeating: 0x61, count: 10)) }

        #expect(splitter.finish() == nil)
        #expect(splitter.droppedLines == 1)
    }
}
