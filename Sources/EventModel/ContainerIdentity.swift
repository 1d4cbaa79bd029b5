// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Which container an event comes from or is about.
///
/// Made once for a container and shared by all its events; it stays valid
/// after the container was removed, so that late lines keep their name.
package final class ContainerIdentity: Sendable {
    /// 64 lower-case hexadecimal digits.
    package let id: String
    /// Without the leading slash of the Engine API.
    package let name: String
    /// As the container was started with: `nginx:latest`.
    package let image: String
    /// `sha256:…` of the image, or empty.
    package let imageID: String
    /// `sha256:…` of the image's manifest in its registry, or empty.
    package let imageDigest: String
    /// Which engine it runs on, where there are several; empty for the first.
    package let engine: String
    /// Ordered by key.
    package let labels: [Label]
    /// What rules can ask for and alerts show, in the alert's order; names
    /// start with `container.`, empty values are left out.
    package let fields: [Field]
    /// ``fields`` as the object that stands in an alert's `data.container`.
    package let json: [UInt8]

    /// What a container is known by.
    package struct Facts: Sendable, Hashable, Codable {
        package var id: String
        /// A leading slash is dropped.
        package var name: String
        package var image: String
        package var imageID: String
        package var imageDigest = ""
        package var engine = ""
        /// Of `com.docker.compose.project` and `….service`, when ``labels``
        /// need not have them.
        package var composeProject = ""
        package var composeService = ""
        package var labels: [String: String]

        package init(
            id: String,
            name: String,
            image: String,
            imageID: String,
            labels: [String: String]
        ) {
            self.id = id
            self.name = name
            self.image = image
            self.imageID = imageID
            self.labels = labels
            composeProject = labels["com.docker.compose.project"] ?? ""
            composeService = labels["com.docker.compose.service"] ?? ""
        }
    }

    /// A label of the container, both texts as the engine gives them.
    package struct Label: Sendable, Hashable {
        package let key: String
        package let value: String
    }

    /// A field of ``ContainerIdentity/fields``, as bytes for matching.
    package struct Field: Sendable, Hashable {
        /// Dotted: `container.compose.project`.
        package let name: String
        package let value: [UInt8]
    }

    /// What it was made of, without the labels that only compose has.
    package let facts: Facts

    /// Takes what the engine says; a leading slash of the name is dropped.
    package convenience init(
        id: String,
        name: String,
        image: String,
        imageID: String,
        labels: [String: String]
    ) {
        self.init(Facts(id: id, name: name, image: image, imageID: imageID, labels: labels))
    }

    /// Takes what is known.
    package init(_ facts: Facts) {
        self.facts = facts
        id = facts.id
        name = facts.name.hasPrefix("/") ? String(facts.name.dropFirst()) : facts.name
        image = facts.image
        imageID = facts.imageID
        imageDigest = facts.imageDigest
        engine = facts.engine
        labels = facts.labels.sorted { $0.key < $1.key }.map { Label(key: $0.key, value: $0.value) }
        let plain = [
            ("id", id), ("name", name), ("image", image), ("image_id", imageID),
            ("image_digest", imageDigest), ("engine", engine),
        ].filter { !$0.1.isEmpty }
        let compose = [
            ("project", facts.composeProject), ("service", facts.composeService),
        ].filter { !$0.1.isEmpty }
        let all = labels.filter { !$0.value.isEmpty }
        fields =
            plain.map { Field(name: "container." + $0.0, value: [UInt8]($0.1.utf8)) }
            + compose.map { Field(name: "container.compose." + $0.0, value: [UInt8]($0.1.utf8)) }
            + all.map { Field(name: "container.labels." + $0.key, value: [UInt8]($0.value.utf8)) }
        json = Self.render(plain: plain, compose: compose, labels: labels)
    }

    private static func render(
        plain: [(String, String)],
        compose: [(String, String)],
        labels: [Label]
    ) -> [UInt8] {
        var output: [UInt8] = [UInt8(ascii: "{")]
        appendMembers(plain, to: &output)
        for (name, members) in [
            ("compose", compose), ("labels", labels.map { ($0.key, $0.value) }),
        ]
        where !members.isEmpty {
            if output.count > 1 { output.append(UInt8(ascii: ",")) }
            output.appendJSONString(name)
            output.append(literal: ":{")
            appendMembers(members, to: &output)
            output.append(UInt8(ascii: "}"))
        }
        output.append(UInt8(ascii: "}"))
        return output
    }

    private static func appendMembers(_ members: [(String, String)], to output: inout [UInt8]) {
        for (index, member) in members.enumerated() {
            if index > 0 { output.append(UInt8(ascii: ",")) }
            output.appendJSONString(member.0)
            output.append(UInt8(ascii: ":"))
            output.appendJSONString(member.1)
        }
    }
}
