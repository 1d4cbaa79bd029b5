// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import DockerClient
import EventModel
import Posture

/// A container in which nothing is to be found; tests change one thing.
enum CleanContainer {
    static let now = EngineTime(seconds: 1_795_000_000)

    static var configuration: ContainerConfiguration {
        var container = ContainerConfiguration()
        container.id = String(repeating: "a", count: 64)
        container.name = "web"
        container.image = "registry.example/web:1.27"
        container.imageID = "sha256:1"
        container.state = .running
        container.user = "1000:1000"
        container.networkMode = "bridge"
        container.ipcMode = "private"
        container.cgroupMode = "private"
        container.droppedCapabilities = ["ALL"]
        container.securityOptions = ["no-new-privileges"]
        container.maskedPaths = ["/proc/kcore"]
        container.hasReadOnlyRoot = true
        container.memoryLimit = 64 << 20
        container.processLimit = 100
        container.environment = [
            EnvironmentVariable("PATH=/usr/bin:/bin"), EnvironmentVariable("LANG=C.UTF-8"),
        ]
        return container
    }

    /// What is found after a change.
    static func posture(
        _ change: (inout ContainerConfiguration) -> Void,
        around: (inout Examination.Surroundings) -> Void = { _ in }
    ) -> ContainerPosture {
        var container = configuration
        change(&container)
        var surroundings = Examination.Surroundings()
        surroundings.engine.cgroupVersion = "2"
        around(&surroundings)
        return Examination(container, surroundings, now: now).posture
    }

    static let facts = ContainerIdentity.Facts(
        id: String(repeating: "a", count: 64),
        name: "web",
        image: "registry.example/web:1.27",
        imageID: "sha256:1",
        labels: [:]
    )
}
