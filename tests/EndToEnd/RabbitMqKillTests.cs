namespace StocksDapr.EndToEnd;

/// <summary>On a real RabbitMQ, which dies too.</summary>
[Collection(RabbitMqPlatformCollection.Name)]
public sealed class RabbitMqKillTests(RabbitMqPlatform platform) : KillTests(platform)
{
    [Fact]
    public Task The_death_of_the_broker_costs_nothing_and_needs_no_repetition() =>
        The_death_of_one_process_costs_nothing_and_needs_no_repetition("rabbitmq", 9_000);
}
