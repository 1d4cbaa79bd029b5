// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// A `<decoder>` as written, checked by itself but not against the others.
struct DecoderDraft {
    let name: String
    let location: SourceLocation

    var parent: OptionText?
    var programName: OptionText?
    var prematch: OptionText?
    var prematchOffset: Offset?
    var regex: OptionText?
    var regexOffset: Offset?
    var order: [LogDecoder.OrderedField]?
    var firstTimeSeen: LogDecoder.FirstTimeSeenKey?
    var firstTimeSeenComment: OptionText?
    var accumulates = false
    var category = EventCategory.syslog
    var usesOwnName = false
    var plugin: LogDecoder.Plugin?
    var pluginOffset: Offset?
    var discardsNull = false
    var joinsArrays = false

    /// Whether a mistake in it was reported: then others are not blamed for
    /// what follows from that.
    var isBroken = false

    /// An `offset` attribute with a known word.
    struct Offset {
        let value: LogDecoder.TextOffset
        let location: SourceLocation
    }

    /// Whether it takes anything out of the text.
    var extracts: Bool { regex != nil || plugin != nil }
}
