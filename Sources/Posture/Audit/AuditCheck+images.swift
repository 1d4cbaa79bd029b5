// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import DockerClient

/// Section 4: what images are made of.
extension AuditCheck {
    static let images = [
        AuditCheck(
            "4.1",
            "Images name a user of their own",
            why: "their containers would run as root",
            remedy: "add USER to the Dockerfile"
        ) { facts in
            images(facts, "all name one", "these run as root") { image in
                let user = image.configuration.user.prefix { $0 != ":" }
                return user.isEmpty || user == "root" || user == "0"
            }
        },
        AuditCheck(
            "4.2",
            "Images come from makers you trust",
            why: "a stranger's image is a stranger's program",
            remedy: "keep a list of trusted makers, and pull by digest"
        ) { _ in .manual("which makers are trusted, a person says") },
        AuditCheck(
            "4.3",
            "Images have no packages that they do not need",
            why: "each brings flaws, and tools for an intruder",
            remedy: "build from a small base, in stages"
        ) { _ in .manual("what is needed, a person says; jaga scan lists what is in them") },
        AuditCheck(
            "4.4",
            "Images are scanned, and built anew to mend what is found",
            why: "flaws become known long after the build",
            remedy: "scan them regularly, and rebuild with --no-cache --pull"
        ) { _ in .manual("see the alerts on vulnerabilities") },
        AuditCheck(
            "4.5",
            "Only signed images are pulled",
            why: "a signature shows that nobody else made the image",
            remedy: "set DOCKER_CONTENT_TRUST=1 where images are pulled, or verify with cosign"
        ) { facts in
            facts.trustsSignedOnly
                ? .passed("DOCKER_CONTENT_TRUST is 1 here")
                : .failed("DOCKER_CONTENT_TRUST is not set here")
        },
        AuditCheck(
            "4.6",
            "Images check the health of what runs",
            why: "a broken service is then seen, and replaced",
            remedy: "add HEALTHCHECK to the Dockerfile"
        ) { facts in
            images(facts, "all do", "these do not") { !$0.configuration.hasHealthCheck }
        },
        AuditCheck(
            "4.7",
            "Lists of packages are not updated in a step of their own",
            why: "the step is kept, and later packages come from an old list",
            remedy: "write update and install in one RUN"
        ) { facts in
            images(facts, "none does", "these do") { image in
                image.steps.contains { isLoneUpdate($0.command) }
            }
        },
        AuditCheck(
            "4.8",
            "Images have no set-uid and set-gid programs",
            why: "they make plain users root",
            remedy: "remove the bits in the Dockerfile: chmod a-s"
        ) { _ in .manual("the API does not list files; no-new-privileges makes the bits harmless")
        },
        AuditCheck(
            "4.9",
            "Dockerfiles copy with COPY, not with ADD",
            why: "ADD also downloads and unpacks, which nobody checks",
            remedy: "use COPY"
        ) { facts in
            images(facts, "none uses ADD", "these use ADD") { image in
                // The first step of a base image is always an ADD of its root.
                image.steps.dropLast().contains { isAdd($0.command) }
            }
        },
        AuditCheck(
            "4.10",
            "Images hold no secrets",
            why: "all who have the image have them",
            remedy: "use build secrets (--mount=type=secret), and change those that were in it"
        ) { facts in
            images(facts, "no variable looks like one", "variables of these look like one") {
                image in
                image.configuration.environment.contains(where: SecretShape.matches)
            }
        },
        AuditCheck(
            "4.11",
            "Only packages with a checked signature are installed",
            why: "an unsigned one may be anybody's",
            remedy: "use the package manager's keys, and no --allow-unauthenticated"
        ) { facts in
            let bad = facts.images.filter { image in
                image.steps.contains { step in
                    [
                        "--allow-unauthenticated", "--allow-untrusted", "--nogpgcheck",
                        "--no-gpg-checks",
                    ]
                    .contains(where: step.command.contains)
                }
            }
            return bad.isEmpty
                ? .manual("no step turns the check off; more, a person says")
                : .failed("steps of these turn the check off", bad.map(\.name))
        },
        AuditCheck(
            "4.12",
            "Signatures of all artefacts are checked",
            why: "what is not checked may be anybody's",
            remedy: "check them where you deploy, for example with cosign and a policy"
        ) { _ in .manual("where you deploy is not seen from here") },
    ]

    private static func images(
        _ facts: AuditFacts,
        _ passed: String,
        _ failed: String,
        where isBad: (AuditFacts.Image) -> Bool
    ) -> AuditVerdict {
        if facts.images.isEmpty { return .notApplicable("there are no images") }
        let bad = facts.images.filter(isBad).map(\.name).sorted()
        return bad.isEmpty ? .passed(passed) : .failed(failed, bad)
    }

    private static func isAdd(_ command: String) -> Bool {
        let text =
            command.firstRange(of: "#(nop) ").map { command[$0.upperBound...] } ?? command[...]
        return text.drop { $0 == " " }.hasPrefix("ADD ")
    }

    /// `apt-get update` without anything that installs behind it.
    private static func isLoneUpdate(_ command: String) -> Bool {
        let updates = ["apt-get update", "apt update", "apk update", "yum update", "dnf update"]
        guard updates.contains(where: command.contains) else { return false }
        return !command.contains("install") && !command.contains("apk add")
            && !command.contains("upgrade")
    }
}
