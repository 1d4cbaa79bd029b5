// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import CZlib
import CZstd
import Testing
import Vulnerabilities

enum Compressed {
    enum Form: CaseIterable, Sendable {
        case gzip, zstd
    }

    static func pack(_ bytes: [UInt8], _ form: Form) -> [UInt8] {
        form == .gzip ? gzip(bytes) : zstd(bytes)
    }

    static func gzip(_ bytes: [UInt8]) -> [UInt8] { pack(bytes, window: 31) }
    static func zlib(_ bytes: [UInt8]) -> [UInt8] { pack(bytes, window: 15) }
    static func raw(_ bytes: [UInt8]) -> [UInt8] { pack(bytes, window: -15) }

    private static func pack(_ bytes: [UInt8], window: Int32) -> [UInt8] {
        var stream = z_stream()
        deflateInit2_(
            &stream,
            6,
            Z_DEFLATED,
            window,
            8,
            Z_DEFAULT_STRATEGY,
            ZLIB_VERSION,
            Int32(MemoryLayout<z_stream>.size)
        )
        defer { deflateEnd(&stream) }
        var output = [UInt8](repeating: 0, count: bytes.count + 1024)
        var input = bytes
        let count = input.withUnsafeMutableBufferPointer { input in
            output.withUnsafeMutableBufferPointer { output in
                stream.next_in = input.baseAddress
                stream.avail_in = UInt32(input.count)
                stream.next_out = output.baseAddress
                stream.avail_out = UInt32(output.count)
                deflate(&stream, Z_FINISH)
                return output.count - Int(stream.avail_out)
            }
        }
        return Array(output[..<count])
    }

    static func zstd(_ bytes: [UInt8]) -> [UInt8] {
        var output = [UInt8](repeating: 0, count: ZSTD_compressBound(bytes.count))
        let count = ZSTD_compress(&output, output.count, bytes, bytes.count, 3)
        return Array(output[..<count])
    }
}

@Suite("Compressed layers")
struct CompressedLayerTests {
    private func unpacked(
        _ bytes: [UInt8],
        pieces: Int,
        _ limits: ArchiveLimits = .standard
    ) throws -> [UInt8] {
        let decompressor = LayerDecompressor(limits)
        var output: [UInt8] = []
        var start = 0
        while start < bytes.count {
            let end = min(bytes.count, start + pieces)
            try decompressor.feed(bytes.span.extracting(start..<end)) { piece in
                for index in piece.indices { output.append(piece[index]) }
            }
            start = end
        }
        try decompressor.finish { piece in
            for index in piece.indices { output.append(piece[index]) }
        }
        return output
    }

    @Test("gzip, zstd and plain come out the same, whatever pieces they come in")
    func forms() throws {
        let text = Array(String(repeating: "a layer of text, ", count: 40_000).utf8)
        for bytes in [text, Compressed.gzip(text), Compressed.zstd(text)] {
            for pieces in [4096, 65_536, 10_000_000] {
                #expect(try unpacked(bytes, pieces: pieces) == text)
            }
        }
        let short = Array("tiny".utf8)
        for bytes in [short, Compressed.gzip(short), Compressed.zstd(short)] {
            #expect(try unpacked(bytes, pieces: 1) == short)
        }
        #expect(try unpacked([1, 2], pieces: 1) == [1, 2])
        // Two members of gzip are one stream.
        #expect(
            try unpacked(Compressed.gzip(short) + Compressed.gzip(short), pieces: 3) == short
                + short
        )
    }

    @Test("a bomb is refused soon", arguments: Compressed.Form.allCases)
    func bomb(_ form: Compressed.Form) {
        var limits = ArchiveLimits.standard
        limits.freeBytes = 1 << 20
        let bomb = Compressed.pack([UInt8](repeating: 0, count: 32 << 20), form)
        let error = #expect(throws: VulnerabilityError.self) {
            _ = try unpacked(bomb, pieces: 1024, limits)
        }
        #expect(error?.code == .excessiveArchive)
    }

    @Test("damaged data is told as such", arguments: Compressed.Form.allCases)
    func damage(_ form: Compressed.Form) {
        let text = (0..<50_000).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 3) }
        var bytes = Compressed.pack(text, form)
        // Where a block begins: what is within one has no sum.
        for index in 6..<80 { bytes[index] ^= 0xFF }
        let error = #expect(throws: VulnerabilityError.self) {
            _ = try unpacked(bytes, pieces: 512)
        }
        #expect(error?.code == .damagedArchive)
    }
}
