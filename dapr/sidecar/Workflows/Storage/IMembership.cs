namespace StocksDapr.Sidecar.Workflows.Storage;

/// <summary>The engines that serve one app on one store. Each owns its instances until it hands them over or is gone.</summary>
internal interface IMembership
{
    /// <summary>This engine's number; never used twice.</summary>
    int Id { get; }

    /// <summary>Another engine of the app with a connected worker; 0 when there is none.</summary>
    int OtherWithWorkers { get; }

    /// <summary>Begins to say that this engine lives, and to look after the others.</summary>
    /// <param name="listener">Told of what concerns this engine.</param>
    void Watch(IMembershipListener listener);

    /// <summary>Says how many workers are connected here.</summary>
    void Announce(int workers);

    /// <summary>Takes a new number after <see cref="EngineLostException"/>.</summary>
    Task RejoinAsync(CancellationToken cancellationToken);
}

/// <summary>What an engine hears of its store and its fellows. Called from one place at a time.</summary>
internal interface IMembershipListener
{
    /// <summary>Somebody put an event into the inbox of one of our instances.</summary>
    void OnMail(string id);

    /// <summary>Instances became ours: look for what is to be done.</summary>
    void OnAdopted();

    /// <summary>The round of every half second.</summary>
    void OnRound();
}
