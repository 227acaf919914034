using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using RabbitMQ.Client.Exceptions;

namespace StocksDapr.Sidecar.PubSub.RabbitMq;

/// <summary>The broker could not be reached, or did not do what it was asked for. What it answers itself is worded as daprd's client does.</summary>
internal sealed class RabbitMqException : IOException
{
    private RabbitMqException(string message, Exception? inner, bool isConnection) : base(message, inner) => IsConnection = isConnection;

    /// <summary>The way to the broker is lost, in contrast to a wish that it refused.</summary>
    public bool IsConnection { get; }

    public static RabbitMqException Unreachable(RabbitMqAddress address, Exception failure) =>
        new($"channel not initialized: no connection to RabbitMQ at {address}: {Innermost(failure)}", failure, isConnection: true);

    public static RabbitMqException Closed(ShutdownEventArgs? reason) => reason is null || reason.Initiator == ShutdownInitiator.Application
        ? new RabbitMqException("Exception (504) Reason: \"channel/connection is not open\"", null, isConnection: true)
        : new RabbitMqException(Text(reason), null, isConnection: reason.Initiator == ShutdownInitiator.Library || reason.ReplyCode == Constants.ConnectionForced);

    /// <summary>A text has no room in the field of a frame that it is for.</summary>
    public static RabbitMqException TooLong(string name) => new($"{name} is longer than 255 bytes, which AMQP allows", null, isConnection: false);

    public static RabbitMqException NotConfirmed() => new("did not receive confirmation of publishing", null, isConnection: false);

    /// <summary>What a call to the client ended with. It throws exceptions of many kinds when the way to the broker breaks.</summary>
    public static RabbitMqException Of(Exception failure) => failure switch
    {
        RabbitMqException known => known,
        OperationInterruptedException { ShutdownReason: { } reason } => Closed(reason),
        _ => new RabbitMqException(Innermost(failure), failure, isConnection: true),
    };

    private static string Text(ShutdownEventArgs reason) => FormattableString.Invariant($"Exception ({reason.ReplyCode}) Reason: \"{reason.ReplyText}\"");

    private static string Innermost(Exception failure)
    {
        while (failure.InnerException is { } inner) failure = inner;
        return failure.Message;
    }
}
