// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Writes small databases of places for tests.
///
/// Source: MaxMind DB file format, version 2.0: a binary tree over the bits of IPv6
/// addresses with records of 24 bits, sixteen zero bytes, the data, a marker, the
/// metadata. IPv4 addresses lie below `::/96`.
struct GeoDatabaseWriter {
    private enum Record {
        case empty
        case node(Int)
        case data(Int)
    }

    private var nodes: [(left: Record, right: Record)] = [(.empty, .empty)]
    private var data: [UInt8] = []

    /// `192.0.2.0/24` in Saxony, `198.51.100.0/24` in France, `2001:db8::/32` in Tokyo.
    static func sample() -> [UInt8] {
        var writer = GeoDatabaseWriter()
        let zeros = [UInt8](repeating: 0, count: 12)
        writer.add(zeros + [192, 0, 2], country: "DE", region: "Saxony")
        writer.add(zeros + [198, 51, 100], country: "FR", region: nil)
        writer.add([0x20, 0x01, 0x0D, 0xB8], country: "JP", region: "Tokyo", isWhole: true)
        return writer.bytes()
    }

    /// How many bytes of a database are its marker and metadata.
    static var metadataCount: Int { marker.count + GeoDatabaseWriter().metadata().count }

    private static let marker: [UInt8] = [0xAB, 0xCD, 0xEF] + Array("MaxMind.com".utf8)

    /// Adds a network whose prefix is whole bytes.
    ///
    /// A whole one has the country's name, a city and a place on the map.
    mutating func add(
        _ prefix: [UInt8],
        country: String,
        region: String?,
        isWhole: Bool = false
    ) {
        let offset = data.count
        var names = [("iso_code", Self.text(country))]
        if isWhole { names.append(("names", Self.map([("en", Self.text("Japan"))]))) }
        var entries: [(String, [UInt8])] = [("country", Self.map(names))]
        if isWhole {
            let city = Self.map([("names", Self.map([("en", Self.text("Chiyoda"))]))])
            let place = [("latitude", Self.number(35.5)), ("longitude", Self.number(139.75))]
            entries += [("city", city), ("location", Self.map(place))]
        }
        if let region {
            let names = Self.map([("names", Self.map([("en", Self.text(region))]))])
            entries.append(("subdivisions", [0x01, 0x04] + names))
        }
        data += Self.map(entries)
        let bits: [Bool] = prefix.flatMap { byte in (0..<8).map { byte >> (7 - $0) & 1 == 1 } }
        var node = 0
        for bit in bits.dropLast() {
            if case .node(let next) = bit ? nodes[node].right : nodes[node].left {
                node = next
                continue
            }
            nodes.append((.empty, .empty))
            set(.node(nodes.count - 1), of: node, bit)
            node = nodes.count - 1
        }
        set(.data(offset), of: node, bits.last ?? false)
    }

    private mutating func set(_ record: Record, of node: Int, _ bit: Bool) {
        if bit { nodes[node].right = record } else { nodes[node].left = record }
    }

    func bytes() -> [UInt8] {
        let tree = nodes.flatMap { number(of: $0.left) + number(of: $0.right) }
        return tree + [UInt8](repeating: 0, count: 16) + data + Self.marker + metadata()
    }

    private func number(of record: Record) -> [UInt8] {
        let value =
            switch record {
            case .empty: nodes.count
            case .node(let node): node
            case .data(let offset): nodes.count + 16 + offset
            }
        return [UInt8(value >> 16 & 0xFF), UInt8(value >> 8 & 0xFF), UInt8(value & 0xFF)]
    }

    private func metadata() -> [UInt8] {
        Self.map([
            ("binary_format_major_version", [0xA1, 2]),
            ("binary_format_minor_version", [0xA0]),
            ("build_epoch", [0x01, 0x02, 1]),
            ("database_type", Self.text("Test")),
            ("description", Self.map([])),
            ("ip_version", [0xA1, 6]),
            ("languages", [0x00, 0x04]),
            ("node_count", [0xC2, UInt8(nodes.count >> 8), UInt8(nodes.count & 0xFF)]),
            ("record_size", [0xA1, 24]),
        ])
    }

    private static func number(_ value: Double) -> [UInt8] {
        [0x68] + withUnsafeBytes(of: value.bitPattern.bigEndian) { Array($0) }
    }

    /// Keys and values; at most 28.
    private static func map(_ entries: [(String, [UInt8])]) -> [UInt8] {
        [0xE0 | UInt8(entries.count)] + entries.flatMap { text($0.0) + $0.1 }
    }

    /// At most 28 bytes.
    private static func text(_ text: String) -> [UInt8] {
        [0x40 | UInt8(text.utf8.count)] + Array(text.utf8)
    }
}
