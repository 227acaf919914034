using System.Net;
using System.Net.Sockets;
using StocksDapr.Sidecar.Running.Ports;

namespace StocksDapr.Sidecar.Running.Servers;

public sealed class RememberedPortTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly List<string> _said = [];

    private string PortFile => Path.Combine(_folder.Path, "port");

    [Fact]
    public void A_server_keeps_its_port()
    {
        var port = Choose();

        Choose().Should().Be(port);
        _said.Should().BeEmpty();
    }

    [Fact]
    public void A_port_that_somebody_took_is_given_up()
    {
        var port = Choose();
        using var listener = new TcpListener(IPAddress.Loopback, port);
        listener.Start();

        Choose().Should().NotBe(port);
        _said.Should().ContainSingle().Which.Should().Contain($"port {port}, which the database had, is taken");
    }

    [Fact]
    public void A_port_that_a_connection_may_get_while_the_server_is_away_is_given_up()
    {
        File.WriteAllText(PortFile, "49999");

        Choose().Should().Match(port => FreePorts.Covers(port));
        Choose().Should().Be(int.Parse(File.ReadAllText(PortFile), System.Globalization.CultureInfo.InvariantCulture));
        _said.Should().ContainSingle().Which.Should().Contain("gives to connections");
    }

    public void Dispose() => _folder.Dispose();

    private int Choose() => RememberedPort.Choose(PortFile, "the database", _said.Add);
}
