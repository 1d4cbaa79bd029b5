// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Daemon

/// Flags on engines and containers.
struct ContainerOptions: ParsableArguments {
    @Option(
        name: .customLong("docker-host"),
        help: ArgumentHelp(
            "Watch this engine and no other; repeatable: unix:///path or tcp://host:port. "
                + "(default: JAGA_DOCKER_HOSTS, else DOCKER_HOST, else every engine that is found)",
            valueName: "engine"
        )
    )
    var engines: [String] = []

    @Option(
        name: .customLong("include-container"),
        help: ArgumentHelp(
            "Read only the logs of containers whose name fits, such as web*; repeatable. "
                + "(JAGA_INCLUDE_CONTAINERS)",
            valueName: "pattern"
        )
    )
    var includedNames: [String] = []

    @Option(
        name: .customLong("exclude-container"),
        help: ArgumentHelp(
            "Do not read the logs of containers whose name fits; repeatable. "
                + "(JAGA_EXCLUDE_CONTAINERS)",
            valueName: "pattern"
        )
    )
    var excludedNames: [String] = []

    @Option(
        name: .customLong("include-image"),
        help: ArgumentHelp("As --include-container, by image.", valueName: "pattern")
    )
    var includedImages: [String] = []

    @Option(
        name: .customLong("exclude-image"),
        help: ArgumentHelp("As --exclude-container, by image.", valueName: "pattern")
    )
    var excludedImages: [String] = []

    @Option(
        name: .customLong("include-label"),
        help: ArgumentHelp("As --include-container, by label.", valueName: "key=value")
    )
    var includedLabels: [String] = []

    @Option(
        name: .customLong("exclude-label"),
        help: ArgumentHelp("As --exclude-container, by label.", valueName: "key=value")
    )
    var excludedLabels: [String] = []

    @Option(
        name: .customLong("container-label"),
        help: ArgumentHelp(
            "Show only these labels of containers; repeatable. (JAGA_CONTAINER_LABELS)",
            valueName: "pattern"
        )
    )
    var shownLabels: [String] = []

    func validate() throws {
        let problems = settings.problems(environment: HostEnvironment.variables)
        guard let first = problems.first else { return }
        throw ValidationError(first.replacing("DOCKER_HOST", with: "--docker-host"))
    }

    /// What environment and flags say, flags above.
    var settings: ContainerSettings {
        var flags = ContainerSettings()
        typealias Term = ContainerSettings.Term
        flags.includes =
            includedNames.map { Term(name: $0) } + includedImages.map { Term(image: $0) }
            + includedLabels.map { Term(label: $0) }
        flags.excludes =
            excludedNames.map { Term(name: $0) } + excludedImages.map { Term(image: $0) }
            + excludedLabels.map { Term(label: $0) }
        flags.shownLabels = shownLabels
        flags.engines = engines.map { ContainerSettings.Engine(host: $0) }
        return ContainerSettings(environment: HostEnvironment.variables).overlaid(by: flags)
    }
}
