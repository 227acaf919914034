using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using StocksDapr.Sidecar.Resources;

namespace StocksDapr.Sidecar.PubSub.RabbitMq;

public sealed class RabbitMqPubSubSettingsTests
{
    [Fact]
    public void Without_a_word_it_is_as_Dapr_has_it()
    {
        var settings = Read(("connectionString", "amqp://localhost"));

        (settings.ConsumerId, settings.Durable, settings.DeleteWhenUnused, settings.AutoAck, settings.RequeueInFailure, settings.EnableDeadLetter)
            .Should().Be(("tester", true, true, false, false, false));
        (settings.DeliveryMode, settings.PrefetchCount, settings.PublisherConfirm, settings.IsSingle, settings.ExchangeKind, settings.TimeToLive)
            .Should().Be(((byte)0, (byte)0, false, false, "fanout", null));
        (settings.ReconnectWait, settings.Heartbeat, settings.MaxLength, settings.MaxLengthBytes).Should().Be((TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(10), 0, 0));
    }

    [Fact]
    public void What_is_written_counts_in_every_form_that_Dapr_reads()
    {
        var settings = Read(
            ("HOST", "amqp://localhost"), ("consumerID", " mine "), ("durable", "no"), ("deletedWhenUnused", ""), ("autoAck", "Y"), ("prefetchCount", "255"),
            ("deliveryMode", "2"), ("ttlInSeconds", "90"), ("reconnectWaitSeconds", "5"), ("heartBeat", "1m30s"), ("concurrency", "single"), ("exchangeKind", "topic"));

        (settings.ConsumerId, settings.Durable, settings.DeleteWhenUnused, settings.AutoAck).Should().Be(("mine", false, false, true));
        (settings.PrefetchCount, settings.DeliveryMode, settings.TimeToLive, settings.ExchangeKind).Should().Be(((byte)255, (byte)2, TimeSpan.FromSeconds(90), "topic"));
        (settings.ReconnectWait, settings.Heartbeat).Should().Be((TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(90)));
        settings.IsSingle.Should().BeFalse("the key that Dapr reads is concurrencyMode");
        Read(("connectionString", "amqp://localhost"), ("concurrencyMode", "single")).IsSingle.Should().BeTrue();
    }

    [Theory]
    [InlineData("amqp://me:p%40ss@broker:5673/my%2Fhost", false, "broker", 5673, "me", "p@ss", "my/host")]
    [InlineData("amqps://broker", true, "broker", 5671, "guest", "guest", "/")]
    [InlineData("amqp://me@[::1]/", false, "::1", 5672, "me", "guest", "/")]
    [InlineData("amqp://", false, "localhost", 5672, "guest", "guest", "/")]
    public void Addresses_are_read(string text, bool tls, string host, int port, string user, string password, string virtualHost) =>
        Read(("connectionString", text)).Address.Should().Be(new RabbitMqAddress(tls, host, port, user, password, virtualHost));

    [Fact]
    public void An_address_may_come_in_parts()
    {
        Read(("protocol", "amqps"), ("hostname", "broker"), ("username", "me"), ("password", "secret")).Address
            .Should().Be(new RabbitMqAddress(true, "broker", 5671, "me", "secret", "/"));
        Read(("connectionString", "amqp://a"), ("hostname", "b")).Address.Host.Should().Be("a");
        Read().Address.Should().Be(new RabbitMqAddress(false, "localhost", 5672, "guest", "guest", "/"));
    }

    [Theory]
    [InlineData("connectionString", "redis://me:secret@broker", "metadata 'connectionString' does not begin with amqp://*")]
    [InlineData("connectionString", "broker:5672", "metadata 'connectionString' *")]
    [InlineData("connectionString", "amqp://me:secret @broker", "metadata 'connectionString' has white space*")]
    [InlineData("protocol", "amqps", "metadata 'protocol' is amqps, but connectionString begins with amqp://*")]
    [InlineData("protocol", "http", "metadata 'protocol' is 'http'; expected amqp or amqps")]
    [InlineData("deliveryMode", "3", "metadata 'deliveryMode' is '3'; expected a whole number from 0 to 2")]
    [InlineData("prefetchCount", "256", "metadata 'prefetchCount' is '256'; expected a whole number from 0 to 255")]
    [InlineData("prefetchCount", "-1", "metadata 'prefetchCount' *")]
    [InlineData("maxLen", "many", "metadata 'maxLen' is 'many'; expected a whole number")]
    [InlineData("exchangeKind", "round", "metadata 'exchangeKind' is 'round'; expected fanout, topic, direct, headers")]
    [InlineData("concurrencyMode", "serial", "metadata 'concurrencyMode' is 'serial'; expected parallel, single")]
    [InlineData("ttlInSeconds", "-1", "metadata 'ttlInSeconds' is '-1'; *")]
    [InlineData("ttlInSeconds", "soon", "metadata 'ttlInSeconds' is 'soon'; *")]
    [InlineData("heartBeat", "often", "metadata 'heartBeat' is 'often'; *")]
    [InlineData("reconnectWaitSeconds", "-3", "metadata 'reconnectWaitSeconds' *")]
    [InlineData("caCert", "nonsense", "metadata 'caCert' is no PEM text*")]
    [InlineData("clientKey", "nonsense", "metadata 'clientKey' is no PEM text*")]
    [InlineData("saslExternal", "true", "metadata 'saslExternal' can only be true when caCert, clientCert and clientKey are set")]
    public void What_makes_no_sense_is_refused_with_what_would_and_without_the_password(string name, string value, string expected)
    {
        var read = () => Read(name == "connectionString" ? [(name, value)] : [("connectionString", "amqp://me:secret@broker"), (name, value)]);

        read.Should().Throw<ComponentMetadataException>().WithMessage(expected).Which.Message.Should().NotContain("secret");
    }

    [Fact]
    public void Certificates_are_read_and_a_key_of_another_one_is_refused()
    {
        var (certificate, key) = Pair();
        var (_, other) = Pair();

        var settings = Read(("connectionString", "amqps://broker"), ("caCert", certificate), ("clientCert", certificate), ("clientKey", key), ("saslExternal", "true"));
        settings.ClientCertificate!.HasPrivateKey.Should().BeTrue();
        settings.CertificateAuthorities.Should().ContainSingle();
        settings.SaslExternal.Should().BeTrue();

        var mixed = () => Read(("connectionString", "amqps://broker"), ("clientCert", certificate), ("clientKey", other));
        mixed.Should().Throw<ComponentMetadataException>().WithMessage("metadata 'clientCert' cannot be used: *");
    }

    private static (string Certificate, string Key) Pair()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest("CN=test", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(100));
        return (certificate.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
    }

    private static RabbitMqPubSubSettings Read(params (string Name, string Value)[] metadata) => RabbitMqPubSubSettings.Read(
        SidecarContexts.Spec("pubsub.rabbitmq", metadata.ToDictionary(pair => pair.Name, pair => pair.Value)));
}
