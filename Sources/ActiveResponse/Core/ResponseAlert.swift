// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

package import EventModel
import FoundationEssentials
import Patterns

/// An alert, as far as responses look into it.
package struct ResponseAlert: Sendable {
    package let id: String
    package let ruleID: Int
    package let level: Int
    package let description: String
    package let groups: [String]
    /// `000` for this host.
    package let agent: String
    /// As the event has it, whatever bytes; nil for none.
    package let sourceAddress: String?
    package let user: String?
    /// What the engine said of it, never what a log says.
    package let container: ContainerIdentity?
    /// The alert itself, one object.
    package let json: [UInt8]

    /// Reads an alert's line; nil when it is no alert.
    ///
    /// `container` comes from where the event was read.
    package init?(json: [UInt8], container: ContainerIdentity?) {
        // A log's bytes need not be UTF-8, and the decoder wants it.
        let repaired = Data(String(decoding: json, as: UTF8.self).utf8)
        guard let body = try? JSONDecoder().decode(Body.self, from: repaired),
            let ruleID = Int(body.rule.id)
        else { return nil }
        id = body.id ?? ""
        self.ruleID = ruleID
        level = body.rule.level
        description = body.rule.description ?? ""
        groups = body.rule.groups ?? []
        agent = body.agent?.id ?? "000"
        sourceAddress = body.data?.srcip?.value
        user = body.data?.dstuser?.value
        self.container = container
        self.json = json
    }

    /// A file's line, for a trial: the container is what the line says.
    package init?(recorded json: [UInt8]) {
        let repaired = Data(String(decoding: json, as: UTF8.self).utf8)
        let named = (try? JSONDecoder().decode(Body.self, from: repaired))?.data?.container
        let container = named.map { named in
            var facts = ContainerIdentity.Facts(
                id: named.id ?? "",
                name: named.name ?? "",
                image: named.image ?? "",
                imageID: "",
                labels: named.labels ?? [:]
            )
            facts.engine = named.engine ?? ""
            return ContainerIdentity(facts)
        }
        self.init(json: json, container: container)
    }

    /// The source address in the one way to write it; nil when it is none.
    package var address: String? {
        guard let sourceAddress else { return nil }
        return IPAddress([UInt8](sourceAddress.utf8).span)?.canonicalText
    }

    private struct Body: Decodable {
        let id: String?
        let rule: Rule
        let agent: Agent?
        let data: Fields?

        struct Rule: Decodable {
            let id: String
            let level: Int
            let description: String?
            let groups: [String]?
        }

        struct Agent: Decodable {
            let id: String?
        }

        struct Fields: Decodable {
            let srcip: Text?
            let dstuser: Text?
            let container: Named?
        }

        struct Named: Decodable {
            let id: String?
            let name: String?
            let image: String?
            let engine: String?
            let labels: [String: String]?
        }
    }

    /// A string; anything else is passed over.
    private struct Text: Decodable {
        let value: String?

        init(from decoder: any Decoder) throws {
            // A field of another kind names no address and no user.
            value = try? decoder.singleValueContainer().decode(String.self)
        }
    }
}
