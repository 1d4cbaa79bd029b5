// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Text of alerts, as a text node of HTML.
package enum HTMLText {
    /// One line of visible characters, in which nothing is markup.
    package static func escaped(_ text: String, limit: Int = 300) -> String {
        MarkedText.html(PlainText.line(text, limit: limit))
    }
}
