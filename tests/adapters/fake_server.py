from publisher.testing.servers import *  # noqa: F403 - until everybody imports it from there
