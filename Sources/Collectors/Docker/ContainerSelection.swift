// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Which containers' logs are collected.
///
/// What is excluded is not read, whatever else is said of it; where anything
/// is included, only that is read. A container's own label
/// `jaga.enable=false` excludes it, `jaga.enable=true` includes it.
/// The engine's events of a container are reported in any case.
package struct ContainerSelection: Sendable, Hashable {
    /// What a container is chosen by; all that is given must fit.
    package struct Term: Sendable, Hashable {
        /// Patterns with `*` and `?`; nil fits anything.
        package var name: String?
        /// Of the image as the container was started with: `nginx*`.
        package var image: String?
        /// `KEY` or `KEY=VALUE`, each a pattern.
        package var label: String?

        package init(name: String? = nil, image: String? = nil, label: String? = nil) {
            self.name = name
            self.image = image
            self.label = label
        }

        func fits(_ subject: Subject) -> Bool {
            if let name, !NamePattern(name).matches(subject.name) { return false }
            if let image, !NamePattern(image).matches(subject.image) { return false }
            if let label, !Self.fits(label, subject.labels) { return false }
            return name != nil || image != nil || label != nil
        }

        private static func fits(_ label: String, _ labels: [String: String]) -> Bool {
            let parts = label.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let key = NamePattern(String(parts.first ?? ""))
            let value = parts.count > 1 ? NamePattern(String(parts[1])) : nil
            return labels.contains { key.matches($0.key) && value?.matches($0.value) != false }
        }

        /// As a person wrote it: `name web*, image nginx`.
        var title: String {
            [("name", name), ("image", image), ("label", label)].compactMap { word, text in
                text.map { "\(word) \($0)" }
            }.joined(separator: ", ")
        }
    }

    /// A container as far as it is chosen by.
    struct Subject {
        let name: String
        let image: String
        /// All of them, not only those that may be shown.
        let labels: [String: String]
    }

    package var includes: [Term]
    package var excludes: [Term]

    package init(includes: [Term] = [], excludes: [Term] = []) {
        self.includes = includes
        self.excludes = excludes
    }

    /// With the value `false` a container's log is not collected.
    package static let enableLabel = "jaga.enable"

    /// Why it is not read, for people; nil when it is.
    func refusal(of subject: Subject) -> String? {
        let enabled = subject.labels[Self.enableLabel]
        if enabled == "false" { return "not read: its label \(Self.enableLabel) is false" }
        if let term = excludes.first(where: { $0.fits(subject) }) {
            return "not read: excluded by \(term.title)"
        }
        guard !includes.isEmpty, enabled != "true", !includes.contains(where: { $0.fits(subject) })
        else { return nil }
        return "not read: nothing that is included fits it"
    }
}

/// What a container's own labels say of its log.
struct LogHints: Sendable, Hashable {
    /// `jaga.parser`: the program whose decoders read lines without a header.
    let parser: String?
    /// `jaga.multiline`: how lines are joined, in the words of the joiner.
    let multiline: String?

    /// ``multiline`` as it is obeyed; nil when it says nothing that is known.
    var multilineRule: MultilineRule? { multiline.flatMap { MultilineRule(label: $0) } }

    init(labels: [String: String]) {
        parser = Self.word(labels["jaga.parser"])
        multiline = Self.word(labels["jaga.multiline"])
    }

    /// Nil for nothing, and for what is longer than anybody would write.
    private static func word(_ text: String?) -> String? {
        guard let text, !text.isEmpty, text.utf8.count <= 256 else { return nil }
        return text
    }
}
