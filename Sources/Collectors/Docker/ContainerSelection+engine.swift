// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import DockerClient

extension ContainerSelection.Subject {
    init(_ summary: ContainerSummary) {
        self.init(name: summary.name, image: summary.image, labels: summary.labels)
    }

    init(_ details: ContainerDetails) {
        self.init(name: details.name, image: details.image, labels: details.labels)
    }

    init(_ event: DockerEvent) {
        self.init(
            name: event.attributes["name"] ?? "",
            image: event.attributes["image"] ?? "",
            labels: event.containerLabels
        )
    }
}
