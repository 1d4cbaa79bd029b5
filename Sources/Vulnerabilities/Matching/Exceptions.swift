// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// What somebody has looked at and put aside: exceptions with a reason and an end,
/// and VEX statements.
///
/// ```
/// {"exceptions": [{"id": "CVE-2024-1", "package": "curl", "image": "shop/*",
///                  "reason": "the proxy is not used", "until": "2027-03-01"}]}
/// ```
/// `package` and `image` may be left out; an image's name may end in `*`.
package struct Exceptions: Sendable, Hashable {
    /// One entry, of a file of exceptions or of a VEX document.
    struct Entry: Sendable, Hashable {
        let ids: Set<String>
        /// Empty for every package.
        var packages: Set<String> = []
        /// Package URLs without a version, or with the one that is meant.
        var purls: Set<String> = []
        /// Empty for every image; a `*` at the end takes any rest.
        var image = ""
        let reason: String
        /// The first day on which it does not count any more, `2027-03-01`; empty
        /// for none.
        var until = ""
    }

    private var entries: [Entry] = []

    package init() {}

    package var isEmpty: Bool { entries.isEmpty }

    /// Reads a file of exceptions, or an OpenVEX document.
    ///
    /// `name`: the file's, for messages.
    /// - Throws: ``VulnerabilityError`` `invalid-exceptions`, naming the entry.
    package mutating func read(_ bytes: [UInt8], name: String) throws {
        guard let node = JSONNode(bytes) else { throw Self.invalid(name, "it is not json") }
        if node["@context"]?.text?.contains("openvex") == true {
            entries += OpenVEX.entries(node, name: name)
            return
        }
        guard let list = node["exceptions"] else {
            throw Self.invalid(name, "it has neither exceptions nor an openvex @context")
        }
        for (index, entry) in list.elements.enumerated() {
            let place = "exception \(index + 1)"
            guard let id = entry["id"]?.text, !id.isEmpty else {
                throw Self.invalid(name, "\(place) names no id")
            }
            guard let reason = entry["reason"]?.text, !reason.trimmed.isEmpty else {
                throw Self.invalid(name, "\(place), of \(id), gives no reason")
            }
            guard let until = entry["until"]?.text, Self.isDay(until) else {
                throw Self.invalid(
                    name,
                    "\(place), of \(id), gives no day `until`: write 2027-03-01"
                )
            }
            var found = Entry(ids: [id], reason: "\(reason) (until \(until))")
            found.until = until
            found.image = entry["image"]?.text ?? ""
            if let package = entry["package"]?.text { found.packages = [package] }
            entries.append(found)
        }
    }

    private static func invalid(_ name: String, _ what: String) -> VulnerabilityError {
        VulnerabilityError(.invalidExceptions, "the exceptions in \(name) are wrong: \(what)")
    }

    private static func isDay(_ text: String) -> Bool {
        text.utf8.count == 10 && CalendarDay.seconds(text) != nil
    }

    /// Why a finding is put aside at a time, in seconds since the epoch; nil when
    /// it is not.
    func reason(for finding: Finding, in image: ImageInventory, at time: Int64) -> String? {
        guard !entries.isEmpty else { return nil }
        let day = CalendarDay.text(time)
        return entries.first { entry in
            entry.ids.contains(finding.id) || entry.ids.contains(finding.advisory.id)
                ? matches(entry, finding, image) && (entry.until.isEmpty || day < entry.until)
                : false
        }?.reason
    }

    private func matches(_ entry: Entry, _ finding: Finding, _ image: ImageInventory) -> Bool {
        let package = finding.package
        if !entry.packages.isEmpty {
            guard
                entry.packages.contains(package.name) || entry.packages.contains(package.sourceName)
            else { return false }
        }
        if !entry.purls.isEmpty {
            let purl = package.purl(image.release).prefix { $0 != "?" }
            let bare = purl.lastIndex(of: "@").map { purl[..<$0] } ?? purl
            guard entry.purls.contains(String(purl)) || entry.purls.contains(String(bare)) else {
                return false
            }
        }
        guard !entry.image.isEmpty else { return true }
        let names = image.names + [image.id]
        guard entry.image.hasSuffix("*") else { return names.contains(entry.image) }
        return names.contains { $0.hasPrefix(entry.image.dropLast()) }
    }
}

/// Statements that a vulnerability does not matter here.
///
/// Source: OpenVEX specification 0.2.0.
enum OpenVEX {
    static func entries(_ node: JSONNode, name: String) -> [Exceptions.Entry] {
        (node["statements"]?.elements ?? []).compactMap { statement in
            guard let status = statement["status"]?.text,
                status == "not_affected" || status == "fixed"
            else { return nil }
            let vulnerability = statement["vulnerability"]
            let ids =
                [vulnerability?["name"]?.text, vulnerability?.text].compactMap { $0 }
                + (vulnerability?["aliases"]?.texts ?? [])
            guard !ids.isEmpty else { return nil }
            let why =
                statement["justification"]?.text ?? statement["impact_statement"]?.text ?? status
            var entry = Exceptions.Entry(ids: Set(ids), reason: "VEX \(name): \(why)")
            let products = statement["products"]?.elements ?? []
            let parts = products.flatMap { $0["subcomponents"]?.elements ?? [] }
            let named = (parts.isEmpty ? products : parts).compactMap { $0["@id"]?.text ?? $0.text }
            entry.purls = Set(
                named.filter { $0.hasPrefix("pkg:") && !$0.hasPrefix("pkg:oci") }
                    .map { String($0.prefix { $0 != "?" }) }
            )
            // A statement about one product does not speak for all others.
            let images = products.compactMap { $0["@id"]?.text }.filter { $0.hasPrefix("pkg:oci") }
            if let image = images.first { entry.image = Self.image(image) }
            guard !entry.purls.isEmpty || !entry.image.isEmpty else { return nil }
            return entry
        }
    }

    /// `pkg:oci/shop@sha256:…` is the image of that id, or any of that name.
    private static func image(_ purl: String) -> String {
        let rest = purl.dropFirst("pkg:oci/".count).prefix { $0 != "?" }
        if let at = rest.firstIndex(of: "@") {
            let digest = rest[rest.index(after: at)...]
            return String(digest).replacing("%3A", with: ":")
        }
        return rest + ":*"
    }
}
