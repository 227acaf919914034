namespace StocksDapr.Sidecar.Running.Ports;

public sealed class FreePortsTests
{
    [Fact]
    public void No_port_is_given_twice_and_none_can_become_a_connections_own()
    {
        var given = Enumerable.Range(0, 50).Select(_ => FreePorts.Next()).ToList();

        given.Should().OnlyHaveUniqueItems();
        given.Should().OnlyContain(port => FreePorts.Covers(port) && port < FirstOfConnections());
    }

    /// <summary>The first of the ports that the system gives to the near end of a connection.</summary>
    private static int FirstOfConnections() => OperatingSystem.IsLinux()
        ? int.Parse(File.ReadAllText("/proc/sys/net/ipv4/ip_local_port_range").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[0], System.Globalization.CultureInfo.InvariantCulture)
        : 49_152;
}
