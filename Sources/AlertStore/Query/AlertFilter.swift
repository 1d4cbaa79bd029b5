// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// A condition on an alert, as a value: every engine that keeps alerts answers
/// it in its own way.
///
/// Fields are leaves of the alert's JSON by their path: `rule.level`,
/// `data.srcip`, `data.container.labels.team`. A leaf of an array is a value of
/// the array's field, so a field may have several; a test passes when one of them
/// does.
package indirect enum AlertFilter: Sendable, Hashable {
    /// Every alert.
    case all
    /// All of these; an empty list is ``all``.
    case and([AlertFilter])
    /// At least one of these; an empty list is none.
    case or([AlertFilter])
    case not(AlertFilter)
    /// A value of this field passes; `*` in the name stands for any bytes.
    case field(String, ValueTest)
    /// The words stand one after the other in the text of a field, whichever.
    case text(TextPhrase)
}

/// What is asked of one value.
package enum ValueTest: Sendable, Hashable {
    /// It is there.
    case exists
    /// It is this, upper and lower case of ASCII alike.
    case equals(String)
    /// It is like this from end to end, `*` for any bytes; ASCII case alike.
    case wildcard(String)
    /// The words stand in it one after the other.
    case phrase(TextPhrase)
    /// It is an address of this network, `10.0.0.0/8`, as `AddressList` of
    /// Patterns reads it.
    case address(String)
    /// It is a number, and compares so.
    case number(Comparison, Double)

    package enum Comparison: String, Sendable, Hashable {
        case less = "<"
        case atMost = "<="
        case more = ">"
        case atLeast = ">="
    }
}

/// Words in a row; a word is a run of ASCII letters and digits and of bytes
/// above 0x7F, ASCII case alike.
package struct TextPhrase: Sendable, Hashable {
    /// In lower case; never empty.
    package let words: [String]
    /// Whether the last word may be the beginning of a longer one.
    package let isPrefix: Bool

    package init(words: [String], isPrefix: Bool) {
        self.words = words
        self.isPrefix = isPrefix
    }
}
