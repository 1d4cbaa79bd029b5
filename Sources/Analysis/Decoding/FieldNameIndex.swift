// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Ruleset

/// Finds what a field's name means, in bytes and without allocating.
struct FieldNameIndex: Sendable {
    /// What a name of a JSON path stands for.
    enum Meaning {
        case fixed(StaticField)
        /// `user`, which is dstuser while that is empty; else the dynamic field
        /// of that name.
        case user(FieldName?)
        case dynamic(FieldName)
        /// A name that nothing in the ruleset mentions.
        case unknown

        /// The name as rules know it.
        var dynamicName: FieldName? {
            switch self {
            case .dynamic(let name): name
            case .user(let name): name
            case .fixed, .unknown: nil
            }
        }
    }

    private var table = ByteStringTable(comparison: .ignoringCase)
    /// By number of the string in the table.
    private var names: [FieldName?] = []
    private var fixed: [StaticField?] = []

    /// Takes the names of a ruleset.
    init(_ names: FieldNameTable) {
        for field in StaticField.allCases {
            // The JSON decoder knows it without the underscore (§4.5).
            let name = field == .systemName ? "systemname" : field.name
            insert(name, name: nil, fixed: field)
        }
        for (index, name) in names.names.enumerated() {
            insert(name, name: FieldName(index: Int32(index)), fixed: nil)
        }
    }

    private mutating func insert(_ text: String, name: FieldName?, fixed field: StaticField?) {
        let bytes = [UInt8](text.utf8)
        let index = table.insert(bytes.span)
        if index == names.count {
            names.append(nil)
            fixed.append(nil)
        }
        names[index] = name ?? names[index]
        fixed[index] = field ?? fixed[index]
    }

    /// The meaning of a path as the JSON decoder takes it: fields with a name of
    /// their own by exact name, all others ignoring case.
    func find(_ path: Span<UInt8>) -> Meaning {
        if ByteCompare.starts(path, "user"), path.count == 4 { return .user(name(path)) }
        guard let index = table.find(path) else { return .unknown }
        if let field = fixed[index], Self.isLowercase(path) { return .fixed(field) }
        return names[index].map(Meaning.dynamic) ?? .unknown
    }

    /// The number of a dynamic field's name.
    func name(_ name: Span<UInt8>) -> FieldName? {
        table.find(name).flatMap { names[$0] }
    }

    private static func isLowercase(_ path: Span<UInt8>) -> Bool {
        for index in path.indices where path[index] &- 0x41 < 26 { return false }
        return true
    }
}
