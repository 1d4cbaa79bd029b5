// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// A dynamic field's name as a small number; equal ignoring ASCII case.
package struct FieldName: Sendable, Hashable {
    /// Index into ``FieldNameTable/names``.
    package let index: Int32

    package init(index: Int32) {
        self.index = index
    }
}

/// Names of dynamic fields, each once ignoring ASCII case.
package struct FieldNameTable: Sendable {
    /// As first written, in the order of first mention.
    package private(set) var names: [String] = []
    private var indices: [[UInt8]: Int32] = [:]

    package init() {}

    /// The number of a name, added if it is new.
    package mutating func intern(_ name: String) -> FieldName {
        let key = Self.lowered(name.utf8)
        if let index = indices[key] { return FieldName(index: index) }
        let index = Int32(names.count)
        names.append(name)
        indices[key] = index
        return FieldName(index: index)
    }

    /// The number of a name that somebody mentioned; nil for all others.
    ///
    /// - Complexity: O(length of the name)
    package func find(_ name: Span<UInt8>) -> FieldName? {
        var key: [UInt8] = []
        key.reserveCapacity(name.count)
        for index in name.indices { key.append(Self.lowered(name[index])) }
        return indices[key].map(FieldName.init(index:))
    }

    private static func lowered(_ bytes: some Sequence<UInt8>) -> [UInt8] {
        bytes.map(lowered)
    }

    private static func lowered(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }
}
