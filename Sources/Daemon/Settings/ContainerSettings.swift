// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Collectors
import DockerClient

/// Which engines are watched, which containers' logs are read, and which of
/// their labels are shown.
///
/// Said in `<jaga>` of `ossec.conf`, in the environment, and by flags; what a
/// later one of these says of a thing replaces what an earlier one said of it.
package struct ContainerSettings: Sendable, Equatable {
    /// What a container is chosen by; all that is given must fit.
    package struct Term: Sendable, Equatable {
        package var name: String?
        package var image: String?
        package var label: String?

        package init(name: String? = nil, image: String? = nil, label: String? = nil) {
            self.name = name
            self.image = image
            self.label = label
        }
    }

    /// An engine to watch.
    package struct Engine: Sendable, Equatable {
        /// As in `DOCKER_HOST`.
        package var host: String
        /// The folder of `ca.pem`, `cert.pem` and `key.pem`; empty for that of
        /// `DOCKER_CERT_PATH`.
        package var certificatePath = ""
        /// Nil for what `DOCKER_TLS_VERIFY` says.
        package var verifies: Bool?

        package init(host: String) {
            self.host = host
        }
    }

    package var includes: [Term] = []
    package var excludes: [Term] = []
    /// Patterns of labels' keys that are shown; empty for all.
    package var shownLabels: [String] = []
    /// Empty for those that are found.
    package var engines: [Engine] = []

    package init() {}

    /// What the environment says: lists are parted by commas.
    package init(environment: [String: String]) {
        func list(_ name: String) -> [String] {
            (environment[name] ?? "").split(separator: ",").map { String($0).trimmingBlanks() }
                .filter { !$0.isEmpty }
        }
        includes =
            list("JAGA_INCLUDE_CONTAINERS").map { Term(name: $0) }
            + list("JAGA_INCLUDE_IMAGES").map { Term(image: $0) }
            + list("JAGA_INCLUDE_LABELS").map { Term(label: $0) }
        excludes =
            list("JAGA_EXCLUDE_CONTAINERS").map { Term(name: $0) }
            + list("JAGA_EXCLUDE_IMAGES").map { Term(image: $0) }
            + list("JAGA_EXCLUDE_LABELS").map { Term(label: $0) }
        shownLabels = list("JAGA_CONTAINER_LABELS")
        engines = list("JAGA_DOCKER_HOSTS").map { Engine(host: $0) }
    }

    /// These settings, but where `other` says something.
    package func overlaid(by other: ContainerSettings) -> ContainerSettings {
        var result = self
        if !other.includes.isEmpty { result.includes = other.includes }
        if !other.excludes.isEmpty { result.excludes = other.excludes }
        if !other.shownLabels.isEmpty { result.shownLabels = other.shownLabels }
        if !other.engines.isEmpty { result.engines = other.engines }
        return result
    }

    /// What is wrong with the engines' addresses, a line each.
    package func problems(environment: [String: String]) -> [String] {
        engines.compactMap { engine -> String? in
            do throws(DockerError) {
                _ = try engine.endpoint(environment: environment)
                return nil
            } catch {
                return error.message
            }
        }
    }

    /// - Throws: `DockerError` `invalidEndpoint`.
    func endpoints(environment: [String: String]) throws -> [DockerEndpoint] {
        var seen: Set<DockerEndpoint> = []
        return try engines.compactMap { try $0.endpoint(environment: environment) }.filter {
            seen.insert($0).inserted
        }
    }

    var selection: ContainerSelection {
        ContainerSelection(
            includes: includes.map {
                ContainerSelection.Term(name: $0.name, image: $0.image, label: $0.label)
            },
            excludes: excludes.map {
                ContainerSelection.Term(name: $0.name, image: $0.image, label: $0.label)
            }
        )
    }

    var labelPolicy: LabelPolicy {
        var policy = LabelPolicy.standard
        policy.allowed = shownLabels
        return policy
    }
}

extension ContainerSettings.Engine {
    /// - Throws: `DockerError` `invalidEndpoint`; nil without a host.
    func endpoint(environment: [String: String]) throws(DockerError) -> DockerEndpoint? {
        var said = DockerEnvironment(variables: environment, userID: 0)
        said.host = host
        if !certificatePath.isEmpty { said.certificatePath = certificatePath }
        if let verifies { said.tlsVerify = verifies ? "1" : "" }
        return try DockerEndpoint(environment: said)
    }
}
