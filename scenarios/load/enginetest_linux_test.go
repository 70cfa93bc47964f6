package load

// systemEngines are the engines that this system has beside vegeta.
func systemEngines() []engineUnderTest { return []engineUnderTest{{Wire, openWire}} }
