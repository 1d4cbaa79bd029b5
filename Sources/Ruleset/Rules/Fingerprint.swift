// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// A number of a rule's text, by which a reload knows the rules that stayed.
///
/// FNV-1a, 64 bits: names, attributes and texts in order, each with its length; so
/// comments and blanks between elements do not count. It protects nothing.
struct Fingerprint {
    private var value: UInt64 = 0xCBF2_9CE4_8422_2325

    /// The fingerprint of a `<rule>` in a group of that name.
    static func of(_ element: SourceElement, in group: String) -> UInt64 {
        var fingerprint = Fingerprint()
        fingerprint.add(group.utf8)
        fingerprint.add(element)
        return fingerprint.value
    }

    private mutating func add(_ element: SourceElement) {
        add(element.name.utf8)
        for attribute in element.attributes {
            add(attribute.name.utf8)
            add(attribute.value)
        }
        let children = element.children
        if children.isEmpty { add(element.text) }
        for child in children { add(child) }
        add([])
    }

    /// The fingerprint of a Sigma document: keys and values in order.
    static func of(_ document: SigmaNode) -> UInt64 {
        var fingerprint = Fingerprint()
        fingerprint.add(document)
        return fingerprint.value
    }

    /// The fingerprint of something that rests on others.
    static func of(_ own: UInt64, with others: [UInt64]) -> UInt64 {
        var fingerprint = Fingerprint()
        for part in [own] + others {
            for shift in 0..<8 { fingerprint.add(UInt8(truncatingIfNeeded: part >> (8 * shift))) }
        }
        return fingerprint.value
    }

    private mutating func add(_ node: SigmaNode) {
        switch node.kind {
        case .scalar(let text, let isPlain):
            add(isPlain ? 1 : 2)
            add(text.utf8)
        case .list(let elements):
            add(3)
            for element in elements { add(element) }
        case .map(let entries):
            add(4)
            for entry in entries {
                add(entry.key.utf8)
                add(entry.value)
            }
        }
        add(0)
    }

    private mutating func add(_ bytes: some Collection<UInt8>) {
        add(UInt8(truncatingIfNeeded: bytes.count))
        add(UInt8(truncatingIfNeeded: bytes.count >> 8))
        for byte in bytes { add(byte) }
    }

    private mutating func add(_ byte: UInt8) {
        value = (value ^ UInt64(byte)) &* 0x0000_0100_0000_01B3
    }
}
