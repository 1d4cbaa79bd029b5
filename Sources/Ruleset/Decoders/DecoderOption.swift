// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// The words inside a `<decoder>`.
///
/// Source: analysis-engine.md §4.1.
enum DecoderOption: String, CaseIterable {
    case parent
    case programName = "program_name"
    case prematch
    case regex
    case order
    case fts
    case ftsComment = "ftscomment"
    case accumulate
    case type
    case useOwnName = "use_own_name"
    case plugin = "plugin_decoder"
    case jsonNullField = "json_null_field"
    case jsonArrayStructure = "json_array_structure"

    static let words = allCases.map(\.rawValue)

    /// One byte more than the longest text of an option.
    static let textLimit = 1024
}
