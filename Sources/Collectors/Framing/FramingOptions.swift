// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// What is done to the events of a source besides its format.
package struct FramingOptions: Sendable, Equatable {
    /// Which events are kept; nil keeps all.
    package var filter: LineFilter?
    /// Members added to JSON lines; nil adds none.
    package var labels: JSONLabels?
    /// How an event is written; nil leaves it as it is.
    package var template: LineTemplate?
    /// Bytes of the longest text that is kept; what is longer is cut, counted
    /// and marked.
    package var lineLimit = LineBuffer.lineLimit
    /// How traces of a container's log become one event; nil leaves lines
    /// apart, and so does any format but ``LineFormat/dockerJSON``.
    package var multiline: MultilineRule?

    package init() {}
}
