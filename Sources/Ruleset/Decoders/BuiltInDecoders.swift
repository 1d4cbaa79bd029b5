// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// Decoders that are code, not XML: those of the reports of an agent's modules.
///
/// Source: analysis-engine.md §4.2 and appendix D.
package enum BuiltInDecoder: Int, Sendable, CaseIterable {
    case rootcheck, fileModified, fileAdded, fileDeleted
    case registryKeyModified, registryKeyAdded, registryKeyDeleted
    case registryValueModified, registryValueAdded, registryValueDeleted
    case hostNew, hostModified, inventory, ciscat, windowsEventChannel, assessment

    /// What alerts and `decoded_as` call it.
    package var name: String { DecoderNames.builtIn[rawValue] }
}

extension Ruleset {
    /// The same with the built-in decoders behind the others, in their order.
    ///
    /// - Complexity: O(number of decoders)
    package func appendingBuiltInDecoders() -> Ruleset {
        Ruleset(
            decoders: decoders + BuiltInDecoder.allCases.map(\.decoder),
            programDecoders: programDecoders,
            plainDecoders: plainDecoders,
            decoderNames: decoderNames,
            rules: rules,
            nodes: nodes,
            roots: roots,
            fieldNames: fieldNames,
            lists: lists,
            sidListCount: sidListCount,
            groupListCount: groupListCount,
            sigma: sigma
        )
    }
}

extension BuiltInDecoder {
    /// A decoder that no log is tried with; it lends its name and category.
    fileprivate var decoder: LogDecoder {
        LogDecoder(
            name: name,
            // Their names are the first of all, behind the empty one.
            nameID: rawValue + 1,
            parentName: nil,
            category: .ossec,
            programName: nil,
            prematch: nil,
            extraction: .none,
            firstTimeSeen: isCountedOnce ? firstTimeKey : nil,
            firstTimeSeenComment: "",
            accumulates: false,
            json: LogDecoder.JSONOptions(discardsNull: true, joinsArrays: false),
            children: [],
            location: SourceLocation(file: "jaga", line: 1, column: 1)
        )
    }

    /// Whether `if_fts` can hold for its events.
    private var isCountedOnce: Bool { self == .rootcheck }

    private var firstTimeKey: LogDecoder.FirstTimeSeenKey {
        LogDecoder.FirstTimeSeenKey(fixed: [], includesLocation: true, dynamic: [])
    }
}
