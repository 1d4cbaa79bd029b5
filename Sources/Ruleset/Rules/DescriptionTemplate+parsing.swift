// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel

extension DescriptionTemplate {
    /// The longest template, in bytes.
    private static let limit = 1024

    /// Splits a description at its `$(name)`; an unclosed one stays as it is.
    ///
    /// Source: analysis-engine.md §5.11.
    init(_ text: [UInt8], _ names: inout FieldNameTable) {
        let bytes = Array(text.prefix(Self.limit))
        var parts: [Part] = []
        var literal: [UInt8] = []
        var index = 0
        while index < bytes.count {
            guard let name = Self.variable(in: bytes, at: index) else {
                literal.append(bytes[index])
                index += 1
                continue
            }
            if !literal.isEmpty { parts.append(.literal(literal)) }
            literal = []
            let text = String(decoding: bytes[name], as: UTF8.self)
            parts.append(.field(FieldReference(descriptionName: text, &names)))
            index = name.upperBound + 1
        }
        if !literal.isEmpty { parts.append(.literal(literal)) }
        self.init(raw: String(decoding: bytes, as: UTF8.self), parts: parts)
    }

    /// Where the name of a variable lies that starts here.
    private static func variable(in bytes: [UInt8], at index: Int) -> Range<Int>? {
        guard bytes[index] == UInt8(ascii: "$"), index + 1 < bytes.count,
            bytes[index + 1] == UInt8(ascii: "(")
        else { return nil }
        let start = index + 2
        let close = bytes[start...].firstIndex(of: UInt8(ascii: ")"))
        return close.map { start..<$0 }
    }
}

extension FieldReference {
    /// What a name in a description stands for.
    fileprivate init(descriptionName name: String, _ names: inout FieldNameTable) {
        if name == "program_name" {
            self = .programName
        } else if name == "hostname" {
            self = .hostname
        } else if let field = StaticField.allCases.first(where: { $0.name == name }) {
            self = .fixed(field)
        } else {
            self = .dynamic(names.intern(name))
        }
    }
}
