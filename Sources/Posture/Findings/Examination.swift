// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

package import DockerClient

/// Judges how a container is run: a pure function of what the engine says.
package struct Examination: Sendable {
    /// What is around the container.
    package struct Surroundings: Sendable {
        package var engine = EngineInformation()
        /// Paths that volumes stand for, by the volumes' names.
        package var volumeDevices: [String: String] = [:]
        /// When the container's image was made; nil when it is not known.
        package var imageCreatedAt: EngineTime?
        /// Days from which on an image is old.
        package var imageAgeLimit = 90
        /// The container that Jaga runs in; its findings are no news.
        package var ownContainer: String?

        package init() {}
    }

    let container: ContainerConfiguration
    let surroundings: Surroundings
    let now: EngineTime

    package init(_ container: ContainerConfiguration, _ surroundings: Surroundings, now: EngineTime)
    {
        self.container = container
        self.surroundings = surroundings
        self.now = now
    }

    /// What is found, with what the container's label takes out.
    package var posture: ContainerPosture {
        var all = privileges + namespaces + hostParts + content + limits
        // Privileged says it: it has all capabilities and devices, and no confinement.
        if container.isPrivileged {
            let said: Set<FindingKind> = [
                .capabilities, .noSeccomp, .noAppArmor, .unmaskedPaths, .devices, .newPrivileges,
            ]
            all.removeAll { said.contains($0.kind) }
        }
        if container.id == surroundings.ownContainer {
            return ContainerPosture([], ignored: all)
        }
        let exceptions = PostureExceptions(labels: container.labels)
        var (kept, ignored): ([Finding], [Finding]) = ([], [])
        for finding in all {
            let (rest, out) = exceptions.applied(to: finding)
            if let rest { kept.append(rest) }
            if let out { ignored.append(out) }
        }
        return ContainerPosture(kept, ignored: ignored)
    }
}

/// What a container's owner wants not to hear of: the label `jaga.posture.ignore`.
///
/// ```
/// jaga.posture.ignore=host-network,host-path:/etc/ssl,capabilities:NET_ADMIN
/// ```
/// A kind alone takes all of it out, `KIND:SUBJECT` one subject. There is no word for
/// everything.
struct PostureExceptions {
    static let label = "jaga.posture.ignore"

    private let words: Set<String>

    init(labels: [String: String]) {
        let text = labels[Self.label] ?? ""
        words = Set(
            text.split(whereSeparator: { $0 == "," || $0 == " " }).prefix(64).map(String.init)
        )
    }

    /// The finding without what is taken out, and what is; each nil when it is nothing.
    func applied(to finding: Finding) -> (rest: Finding?, ignored: Finding?) {
        let kind = finding.kind.rawValue
        if words.isEmpty { return (finding, nil) }
        if words.contains(kind) { return (nil, finding) }
        let out = finding.subjects.filter { subject in
            words.contains("\(kind):\(subject)")
                || words.contains("\(kind):\(subject.prefix { $0 != " " })")
        }
        if out.isEmpty { return (finding, nil) }
        let ignored = Finding(finding.kind, finding.severity, out)
        let rest = finding.subjects.filter { !out.contains($0) }
        if rest.isEmpty { return (nil, ignored) }
        return (Finding(finding.kind, finding.severity, rest), ignored)
    }
}
