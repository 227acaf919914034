using System.Net;
using System.Net.Sockets;

namespace StocksDapr.Sidecar.Running.Ports;

public sealed class PortHolderTests
{
    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("0.0.0.0")]
    [InlineData("::")]
    public async Task A_busy_port_is_named_with_who_holds_it(string address)
    {
        using var listener = new TcpListener(IPAddress.Parse(address), 0);
        if (listener.Server.AddressFamily == AddressFamily.InterNetworkV6)
            listener.Server.DualMode = true;
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;

        PortHolder.IsFree(port).Should().BeFalse();
        var holder = await PortHolder.FindAsync(port, CancellationToken.None);
        holder.Pid.Should().Be(Environment.ProcessId);
        holder.ToString().Should().Contain($"(pid {Environment.ProcessId})");

        listener.Stop();
        PortHolder.IsFree(port).Should().BeTrue();
    }

    [Fact]
    public void The_socket_table_of_Linux_is_read_for_listeners_only()
    {
        const string listening = "   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 424242 1 0000000000000000 100 0 0 10 0";
        const string connected = "   1: 0100007F:1F90 0100007F:9C40 01 00000000:00000000 00:00000000 00000000  1000        0 424243 1 0000000000000000 20 4 30 10 -1";

        LinuxSockets.InodeOf(listening, 8080).Should().Be("424242");
        LinuxSockets.InodeOf(listening, 8081).Should().BeNull();
        LinuxSockets.InodeOf(connected, 8080).Should().BeNull();
        LinuxSockets.InodeOf("  sl  local_address rem_address   st", 8080).Should().BeNull();
    }

    [Fact]
    public void The_output_of_netstat_is_read()
    {
        const string output = """
              Proto  Local Address          Foreign Address        State           PID
              TCP    0.0.0.0:18080          0.0.0.0:0              LISTENING       11
              TCP    127.0.0.1:8080         127.0.0.1:55555        ESTABLISHED     22
              TCP    127.0.0.1:8080         0.0.0.0:0              LISTENING       4711
            """;

        PortHolder.FromNetstat(output, 8080).Should().Be(4711);
        PortHolder.FromNetstat(output, 9).Should().BeNull();
    }
}
