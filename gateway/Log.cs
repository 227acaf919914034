namespace StocksDapr.Gateway;

/// <summary>What Gateway says. Ids from 500.</summary>
internal static partial class Log
{
    [LoggerMessage(EventId = 500, Level = LogLevel.Warning, Message = "Tokens could not be checked: {Reason}")]
    public static partial void TokenNotChecked(this ILogger logger, string reason);

    [LoggerMessage(EventId = 501, Level = LogLevel.Warning, Message = "The last use of tokens could not be written down: {Reason}")]
    public static partial void LastUseNotWritten(this ILogger logger, string reason);

    [LoggerMessage(EventId = 502, Level = LogLevel.Information, Message = "Account {Account} was made (administrator: {IsAdministrator})")]
    public static partial void AccountMade(this ILogger logger, string account, bool isAdministrator);

    [LoggerMessage(EventId = 503, Level = LogLevel.Information, Message = "Account {Account} made token {TokenId} with scopes {Scopes}")]
    public static partial void TokenMade(this ILogger logger, string account, string tokenId, IReadOnlyList<string> scopes);

    [LoggerMessage(EventId = 504, Level = LogLevel.Information, Message = "Account {Account} revoked token {TokenId}")]
    public static partial void TokenRevoked(this ILogger logger, string account, string tokenId);

    [LoggerMessage(EventId = 505, Level = LogLevel.Warning, Message = "{Service} did not answer {Method} {Path}: {Reason}")]
    public static partial void ServiceDidNotAnswer(this ILogger logger, string service, string method, string path, string reason);

    [LoggerMessage(EventId = 506, Level = LogLevel.Warning, Message = "The API description of {Service} could not be had: {Reason}")]
    public static partial void DescriptionMissing(this ILogger logger, string service, string reason);

    [LoggerMessage(EventId = 508, Level = LogLevel.Warning, Message = "The stream cannot be followed, trying again: {Reason}")]
    public static partial void StreamNotFollowed(this ILogger logger, string reason);

    [LoggerMessage(EventId = 509, Level = LogLevel.Information, Message = "The stream is followed again")]
    public static partial void StreamFollowedAgain(this ILogger logger);

    [LoggerMessage(EventId = 510, Level = LogLevel.Warning, Message = "What follows {Position} of the stream is not known any more; readers are told to begin anew")]
    public static partial void StreamBegunAnew(this ILogger logger, string position);

    [LoggerMessage(EventId = 507, Level = LogLevel.Warning, Message = "A password could not be checked: {Reason}")]
    public static partial void PasswordNotChecked(this ILogger logger, string reason);
}
