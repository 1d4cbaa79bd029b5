// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Sections of an ELF file that is in memory, by name.
///
/// Source: System V ABI, gABI 4.1, "Sections".
struct ELFSections {
    private let bytes: [UInt8]
    private let isWide: Bool
    private let isBig: Bool

    /// Nil when the bytes are no ELF file.
    init?(_ bytes: [UInt8]) {
        guard bytes.count >= 52, bytes.starts(with: [0x7F, 0x45, 0x4C, 0x46]) else { return nil }
        self.bytes = bytes
        isWide = bytes[4] == 2
        isBig = bytes[5] == 2
    }

    private func number(_ index: Int, _ count: Int) -> Int? {
        isBig
            ? ByteReader.big(bytes, at: index, count: count)
            : ByteReader.little(bytes, at: index, count: count)
    }

    /// The bytes of a section; nil when there is none.
    func section(_ name: String) -> ArraySlice<UInt8>? {
        let place = isWide ? (40, 8, 58, 64) : (32, 4, 46, 40)
        guard let table = number(place.0, place.1), let size = number(place.2, 2),
            let count = number(place.2 + 2, 2), let namesIndex = number(place.2 + 4, 2),
            size >= place.3, table < bytes.count,
            let names = body(table + namesIndex * size)
        else { return nil }
        let wanted = Array(name.utf8) + [0]
        for index in 0..<count {
            let header = table + index * size
            guard let offset = number(header, 4), offset < names.count else { continue }
            if names.dropFirst(offset).starts(with: wanted) { return body(header) }
        }
        return nil
    }

    private func body(_ header: Int) -> ArraySlice<UInt8>? {
        guard let offset = number(header + (isWide ? 24 : 16), isWide ? 8 : 4),
            let size = number(header + (isWide ? 32 : 20), isWide ? 8 : 4)
        else { return nil }
        return ByteReader.slice(bytes, at: offset, count: size)
    }
}
