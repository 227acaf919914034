using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;
using StocksDapr.Sidecar.Running.Processes;
using StocksDapr.Support;

namespace StocksDapr.Sidecar.RabbitMq;

public sealed class RabbitMqBrokerTests : IDisposable
{
    private readonly string _folder = ReachableFolder.Create("stocks-broker-");
    private readonly CancellationTokenSource _patience = new(TimeSpan.FromMinutes(3));

    public void Dispose()
    {
        _patience.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Queues_messages_port_and_password_stay_over_a_stop_and_a_start_and_nothing_runs_in_between()
    {
        var port = FreePorts.Next();
        await File.WriteAllTextAsync(Path.Combine(_folder, "port"), FormattableString.Invariant($"{port}"));
        string before;
        await using (var broker = await RabbitMqBroker.StartAsync(_folder, _patience.Token))
        {
            broker.Port.Should().Be(port);
            before = broker.ConnectionString;
            await PublishAsync(before, "kept");
            ProcessesOfTheBroker().Should().Contain(broker.Pid!.Value);
        }

        await AllShouldEndAsync();

        await using var again = await RabbitMqBroker.StartAsync(_folder, _patience.Token);
        again.ConnectionString.Should().Be(before);
        (await CountAsync(before)).Should().Be(1);
    }

    [Fact]
    public async Task A_killed_broker_is_started_again_on_the_same_port_with_what_it_had_confirmed()
    {
        await using var broker = await RabbitMqBroker.StartAsync(_folder, _patience.Token);
        var pid = broker.Pid!.Value;
        await PublishAsync(broker.ConnectionString, "confirmed");

        UnixSignals.Send(pid, UnixSignal.Kill);

        await Eventually.BeTrueAsync(() => broker.Restarts == 1, TimeSpan.FromMinutes(2));
        broker.Pid.Should().NotBe(pid);
        (await CountAsync(broker.ConnectionString)).Should().Be(1);
    }

    [Fact]
    public async Task What_a_killed_runner_left_behind_is_stopped_before_the_next_start_and_by_down()
    {
        var abandoned = await RabbitMqBroker.StartAsync(_folder, new RabbitMqSettings { Supervised = false }, _patience.Token);
        await PublishAsync(abandoned.ConnectionString, "kept");
        var left = abandoned.Pid!.Value;

        await using (var next = await RabbitMqBroker.StartAsync(_folder, new RabbitMqSettings { Supervised = false }, _patience.Token))
        {
            ProcessIdentity.Of(left).Should().BeNull();
            (await CountAsync(next.ConnectionString)).Should().Be(1);

            (await RabbitMqBroker.StopLeftoverAsync(_folder, _patience.Token)).Should().BeTrue();
            await AllShouldEndAsync();
        }

        (await RabbitMqBroker.StopLeftoverAsync(_folder, _patience.Token)).Should().BeFalse();
        await abandoned.DisposeAsync();
    }

    [Fact]
    public async Task Only_this_machine_reaches_it_and_nobody_enters_without_the_password()
    {
        await using var broker = await RabbitMqBroker.StartAsync(_folder, _patience.Token);

        foreach (var user in new[] { "guest:guest", "stocks:guess" })
        {
            var entering = () => PublishAsync($"amqp://{user}@127.0.0.1:{broker.Port}", "x");
            (await entering.Should().ThrowAsync<BrokerUnreachableException>()).WithInnerException<AuthenticationFailureException>();
        }

        if (OperatingSystem.IsWindows())
            return;
        foreach (var secret in new[] { "password", "rabbitmq.conf", Path.Combine("home", ".erlang.cookie") })
            File.GetUnixFileMode(Path.Combine(_folder, secret)).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite, secret);
        if (OperatingSystem.IsLinux())
            ListeningAddresses(broker.Pid!.Value).Should().NotBeEmpty().And.OnlyContain(address => address == "0100007F");
        if (UnixSignals.RunsAsRoot)
            (await Tool.RunAsync(["ps", "-o", "user=", "-p", $"{broker.Pid}"], _patience.Token)).Output.Should().StartWith("rabbitmq");
    }

    [Fact]
    public async Task Data_without_their_password_file_are_named_and_left_alone()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "data"));

        var starting = () => RabbitMqBroker.StartAsync(_folder, _patience.Token);

        (await starting.Should().ThrowAsync<BrokerException>()).WithMessage("*password*gone*");
    }

    private static async Task PublishAsync(string url, string text)
    {
        await using var connection = await new ConnectionFactory { Uri = new Uri(url) }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true));
        await channel.QueueDeclareAsync("q", durable: true, exclusive: false, autoDelete: false);
        await channel.BasicPublishAsync("", "q", mandatory: true, new BasicProperties { Persistent = true }, System.Text.Encoding.UTF8.GetBytes(text));
    }

    private static async Task<uint> CountAsync(string url)
    {
        await using var connection = await new ConnectionFactory { Uri = new Uri(url) }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();
        return await channel.MessageCountAsync("q");
    }

    /// <summary>The broker's own helpers end by themselves, a moment after it.</summary>
    private async Task AllShouldEndAsync() => await Eventually.BeTrueAsync(() => ProcessesOfTheBroker().Count == 0);

    /// <summary>The processes that have this test's folder in their command line or work in it.</summary>
    private List<int> ProcessesOfTheBroker()
    {
        if (!OperatingSystem.IsLinux())
            return [];
        return [.. Directory.GetDirectories("/proc").Select(Path.GetFileName).Where(name => int.TryParse(name, out _)).Select(int.Parse!).Where(WorksHere)];

        bool WorksHere(int pid)
        {
            try
            {
                return new DirectoryInfo($"/proc/{pid}/cwd").LinkTarget?.StartsWith(_folder, StringComparison.Ordinal) == true;
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                return false;
            }
        }
    }

    /// <summary>The IPv4 addresses, in hexadecimal as Linux writes them, on which the process listens.</summary>
    private static List<string> ListeningAddresses(int pid)
    {
        const string Listening = "0A";
        var sockets = Directory.GetFiles($"/proc/{pid}/fd").Select(file => new FileInfo(file).LinkTarget).Where(target => target?.StartsWith("socket:", StringComparison.Ordinal) == true).ToHashSet();
        return [.. new[] { "tcp", "tcp6" }
            .SelectMany(table => File.ReadLines($"/proc/{pid}/net/{table}").Skip(1))
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(fields => fields[3] == Listening && sockets.Contains($"socket:[{fields[9]}]"))
            .Select(fields => fields[1].Split(':')[0])];
    }
}
